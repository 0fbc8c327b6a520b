import JSON
import LinuxSystem
import Netlink
import SimulatedHost
import Testing

@testable import SRIOV

/// Records as text: what is written, what earlier versions wrote, and what is damaged.
@Suite struct AttachmentJSONTests {
    /// Written by the version that still encoded records with Foundation, with every property set.
    private static let formerFull =
        #"{"boot":"5b1c0f0e-0000-4000-8000-000000000001","created":1700000000,"#
        + #""frontEndData":"{\"ipam\":\"host-local\"}","functionInstance":8589934999,"#
        + #""handover":{"isTrustLent":true,"#
        + #""phaseBegan":77},"index":1,"namespace":{"identity":{"cookie":12,"device":4,"#
        + #""inode":4026532000},"path":"/run/netns/a"},"originalDriver":"iavf","#
        + #""originalInfo":{"index":1,"linkState":0,"macAddress":"02:11:22:33:44:55","#
        + #""rssQuery":false,"spoofCheck":true,"statistics":{"receivedBroadcasts":0,"#
        + #""receivedBytes":0,"receivedDropped":0,"receivedMulticasts":0,"#
        + #""receivedPackets":18446744073709551615,"transmittedBytes":5,"#
        + #""transmittedDropped":0,"transmittedPackets":0},"#
        + #""transmitRate":{"maximum":4294967295,"minimum":1},"trust":false,"#
        + #""vlans":[{"identifier":0,"protocol":33024,"qualityOfService":0},"#
        + #"{"identifier":4094,"protocol":33024,"qualityOfService":0}]},"#
        + #""originalInterface":{"alias":"café \"x\"\u0001\n","#
        + #""alternativeNames":["enp1s0f0v1","a/b"],"isPromiscuous":false,"isUp":false,"#
        + #""macAddress":"02:11:22:33:44:55","mtu":1500,"name":"ens1f0v1","#
        + #""receivesAllMulticast":false,"transmitQueueLength":1000},"#
        + #""owner":{"container":"c1","frontEnd":"cni","interfaceName":"net1","#
        + #""network":"sriov-net"},"phase":"joined","physicalFunction":"0000:01:00.0","#
        + #""settings":{"isPromiscuous":true,"linkState":1,"macAddress":"02:aa:00:00:00:01","#
        + #""maximumRate":200,"minimumRate":100,"mtu":9000,"receivesAllMulticast":false,"#
        + #""resetsOnRelease":true,"spoofCheck":false,"toleratesUnsupportedLinkState":true,"#
        + #""trust":true,"vlan":{"identifier":100,"protocol":34984,"qualityOfService":3}},"#
        + #""virtualFunction":"0000:01:10.2"}"#

    private static let formerLeast =
        #"{"boot":"b","created":-1,"owner":{"container":"c1","frontEnd":"cli","#
        + #""interfaceName":"net1","network":""},"phase":"preparing","settings":{},"#
        + #""virtualFunction":"0000:01:10.2"}"#

    /// With every property set.
    private static let full =
        #"{"boot":"5b1c0f0e-0000-4000-8000-000000000001","created":1700000000,"#
        + #""frontEndData":"{\"ipam\":\"host-local\"}","functionInstance":8589934999,"#
        + #""hasLease":true,"#
        + #""interfaces":[{"original":{"alias":"café \"x\"\\x01\\x0a","#
        + #""alternativeNames":["enp1s0f0v1","a/b"],"index":7,"isPromiscuous":false,"isUp":false,"#
        + #""macAddress":"02:11:22:33:44:55","mtu":1500,"name":"ens1f0v1","#
        + #""receivesAllMulticast":false,"transmitQueueLength":1000}}],"originalDriver":"iavf","#
        + #""originalInfo":{"index":1,"linkState":0,"macAddress":"02:11:22:33:44:55","#
        + #""rssQuery":false,"spoofCheck":true,"statistics":{"receivedBroadcasts":0,"#
        + #""receivedBytes":0,"receivedDropped":0,"receivedMulticasts":0,"#
        + #""receivedPackets":18446744073709551615,"transmittedBytes":5,"#
        + #""transmittedDropped":0,"transmittedPackets":0},"#
        + #""transmitRate":{"maximum":4294967295,"minimum":1},"trust":false,"#
        + #""vlans":[{"identifier":0,"protocol":33024,"qualityOfService":0},"#
        + #"{"identifier":4094,"protocol":33024,"qualityOfService":0}]},"#
        + #""owner":{"container":"c1","frontEnd":"cni","interfaceName":"net1","#
        + #""network":"sriov-net"},"phase":"joined","placement":{"handedOver":{"#
        + #""isTemporarilyTrusted":true,"namespace":{"identity":{"cookie":12,"device":4,"#
        + #""inode":4026532000},"path":"/run/netns/a"},"phaseBegan":77}},"#
        + #""settings":{"isPromiscuous":true,"linkState":1,"macAddress":"02:aa:00:00:00:01","#
        + #""maximumRate":200,"minimumRate":100,"mtu":9000,"receivesAllMulticast":false,"#
        + #""resetsOnRelease":true,"spoofCheck":false,"toleratesUnsupportedLinkState":true,"#
        + #""trust":true,"vlan":{"identifier":100,"protocol":34984,"qualityOfService":3}},"#
        + #""subject":{"address":"0000:01:10.2","index":1,"kind":"virtualFunction","#
        + #""parent":"0000:01:00.0"}}"#

    private static let least =
        #"{"boot":"b","created":-1,"interfaces":[],"owner":{"container":"c1","frontEnd":"cli"},"#
        + #""phase":"preparing","placement":{"moved":{"isLost":true}},"settings":{},"#
        + #""subject":{"address":"0000:01:10.2","kind":"function"}}"#

    private func read(_ text: String) throws -> Attachment {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            throw JSONKeyError("record", "is no object")
        }
        return try Attachment(JSONObject(members, matching: .exact))
    }

    private func written(_ attachment: Attachment) -> String {
        String(decoding: attachment.encodedJSON(), as: UTF8.self)
    }

    private func fullAttachment() throws -> Attachment {
        var link = Link(index: 7, name: "ens1f0v1")
        link.alternativeNames = ["enp1s0f0v1", "a/b"]
        link.macAddress = MACAddress("02:11:22:33:44:55")
        link.alias = "café \"x\"\u{1}\n"
        var statistics = VFStatistics()
        statistics.receivedPackets = .max
        statistics.transmittedBytes = 5
        return Attachment(
            owner: AttachmentOwner(
                frontEnd: "cni", network: "sriov-net", container: "c1", interfaceName: "net1"),
            subject: .virtualFunction(
                try #require(PCIAddress("0000:01:10.2")),
                of: try #require(PCIAddress("0000:01:00.0")), index: 1),
            phase: .joined, boot: BootIdentity(rawValue: "5b1c0f0e-0000-4000-8000-000000000001"),
            placement: .handedOver(
                Handover(
                    namespace: .seen(
                        path: "/run/netns/a",
                        NamespaceIdentity(device: 4, inode: 4_026_532_000, cookie: 12)),
                    phaseBegan: 77, isTemporarilyTrusted: true)),
            settings: VFSettings(
                macAddress: MACAddress("02:aa:00:00:00:01"),
                vlan: VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad),
                minimumRate: 100, maximumRate: 200, spoofCheck: false, trust: true,
                linkState: .enabled, mtu: 9000, isPromiscuous: true, receivesAllMulticast: false,
                toleratesUnsupportedLinkState: true, resetsOnRelease: true),
            interfaces: [RecordedInterface(original: InterfaceOriginal(link))],
            originalInfo: VFState(
                index: 1, macAddress: try #require(MACAddress("02:11:22:33:44:55")),
                vlans: [.none, VLANTag(identifier: 4094)],
                transmitRate: TransmitRate(minimum: 1, maximum: .max), spoofCheck: true,
                trust: false, linkState: .automatic, rssQuery: false, statistics: statistics),
            originalDriver: "iavf", frontEndData: #"{"ipam":"host-local"}"#, hasLease: true,
            created: 1_700_000_000, functionInstance: 8_589_934_999)
    }

    private func leastAttachment() throws -> Attachment {
        Attachment(
            owner: AttachmentOwner(
                frontEnd: "cli", network: nil, container: "c1", interfaceName: nil),
            subject: .function(try #require(PCIAddress("0000:01:10.2"))), phase: .preparing,
            boot: BootIdentity(rawValue: "b"), placement: .moved(.lost(path: nil)),
            settings: VFSettings(), interfaces: [], originalInfo: nil, originalDriver: nil,
            frontEndData: nil, created: -1)
    }

    @Test func recordsAreWrittenWithAKeyForEachProperty() throws {
        #expect(try written(fullAttachment()) == Self.full)
        #expect(try read(Self.full) == fullAttachment())
        #expect(try written(leastAttachment()) == Self.least)
        #expect(try read(Self.least) == leastAttachment())
    }

    @Test(arguments: [
        AttachmentSubject.physicalFunction(SimulatedHost.pfAddress()),
        .virtualFunction(
            SimulatedHost.vfAddress(0), of: SimulatedHost.pfAddress(), index: nil),
    ])
    func everySubjectIsReadAsItWasWritten(subject: AttachmentSubject) throws {
        let attachment = try leastAttachment().about(subject)
        #expect(try read(written(attachment)) == attachment)
    }

    @Test(arguments: [
        AttachmentPlacement.moved(.lost(path: "/run/netns/a")),
        .moved(.announced(path: "/run/netns/a")),
        .handedOver(Handover(phaseBegan: 0)),
        .handedOver(Handover(namespace: .announced(path: "/run/netns/a"), phaseBegan: 0)),
    ])
    func everyPlacementIsReadAsItWasWritten(placement: AttachmentPlacement) throws {
        var attachment = try leastAttachment()
        attachment.placement = placement
        #expect(try read(written(attachment)) == attachment)
    }

    // MARK: Of earlier versions

    @Test func recordsOfEarlierVersionsAreRead() throws {
        var full = try fullAttachment()
        full.interfaces[0].original.index = nil
        full.hasLease = false
        #expect(try read(Self.formerFull) == full)
        var least = try leastAttachment()
        least.owner.interfaceName = "net1"
        #expect(try read(Self.formerLeast) == least)
    }

    @Test(arguments: [
        (#"{"path":"/run/netns/a"}"#, NamespaceReference.announced(path: "/run/netns/a")),
        (
            #"{"identity":{"device":4,"inode":7},"path":"/run/netns/a"}"#,
            .seen(path: "/run/netns/a", NamespaceIdentity(device: 4, inode: 7, cookie: nil))
        ),
        (#"{"identity":{"device":0,"inode":0},"path":"/a"}"#, .lost(path: "/a")),
        (#"{"identity":{"device":0,"inode":0},"path":""}"#, .lost(path: nil)),
    ])
    func theirNamespacesAreRead(text: String, namespace: NamespaceReference) throws {
        let record = Self.formerLeast.replacing(
            #""owner""#, with: #""namespace":\#(text),"owner""#)
        #expect(try read(record).placement == .moved(namespace))
        let handedOver = record.replacing(
            #""namespace""#, with: #""handover":{"isTrustLent":false,"phaseBegan":5},"namespace""#)
        #expect(
            try read(handedOver).placement
                == .handedOver(Handover(namespace: namespace, phaseBegan: 5)))
    }

    @Test func theirEmptyNamesAreNone() throws {
        let text = Self.formerLeast.replacing(#""net1""#, with: #""""#)
        #expect(try read(text).owner.interfaceName == nil)
        #expect(try read(text).owner.network == nil)
    }

    // MARK: What is wrong

    @Test func unknownKeysAndNullAreIgnored() throws {
        let text = Self.least.replacing(
            #""settings":{}"#,
            with:
                #""settings":{"later":[1],"trust":null},"index":null,"Phase":"attached","later":{}"#
        )
        #expect(try read(text) == leastAttachment())
    }

    @Test(arguments: [
        (#""phase":"joined""#, #""phase":"gone""#, #"phase: cannot be "gone""#),
        (#""phase":"joined","#, "", "phase: is missing"),
        (#""phase":"joined""#, #""Phase":"joined""#, "phase: is missing"),
        (#""phase":"joined""#, #""phase":null"#, "phase: is missing"),
        (
            #""subject":{"address":"0000:01:10.2""#, #""subject":{"address":"10.2""#,
            #"subject.address: cannot be "10.2""#
        ),
        (
            #""kind":"virtualFunction""#, #""kind":"child""#,
            #"subject.kind: cannot be "child""#
        ),
        (#","parent":"0000:01:00.0""#, "", "subject.parent: is missing"),
        (
            #""placement":{"handedOver""#, #""placement":{"lent""#,
            "placement.moved: is missing"
        ),
        (
            #""path":"/run/netns/a""#, #""path":5"#,
            "placement.handedOver.namespace.path: must be a string, not a number"
        ),
        (
            #""identifier":100"#, #""identifier":65536"#,
            "settings.vlan.identifier: must be an integer from 0 to 4094, not 65536"
        ),
        (
            #""identifier":4094,"#, "",
            "originalInfo.vlans[1].identifier: is missing"
        ),
        (
            #""alternativeNames":["enp1s0f0v1","a/b"],"#, "",
            "interfaces[0].original.alternativeNames: is missing"
        ),
        (
            #""index":1,"linkState":0,"macAddress":"02:11"#,
            #""index":1,"linkState":0,"macAddress":"02-11"#,
            #"originalInfo.macAddress: cannot be "02-11:22:33:44:55""#
        ),
        (
            #""created":1700000000"#, #""created":1.5"#,
            "created: must be an integer from -62135596800 to 253402300799, not 1.5"
        ),
        (
            #""created":1700000000"#, #""created":-9223372036854775808"#,
            "created: must be an integer from -62135596800 to 253402300799, "
                + "not -9223372036854775808"
        ),
        (
            #""phaseBegan":77"#, #""phaseBegan":-9223372036854775808"#,
            "placement.handedOver.phaseBegan: must be an integer from 0 to 4294967295, "
                + "not -9223372036854775808"
        ),
        (
            #""phaseBegan":77"#, #""phaseBegan":4294967296"#,
            "placement.handedOver.phaseBegan: must be an integer from 0 to 4294967295, not 4294967296"
        ),
        (
            #""index":1,"kind""#, #""index":-1,"kind""#,
            "subject.index: must be an integer from 0 to 65535, not -1"
        ),
        (
            #""index":1,"linkState""#, #""index":4294967296,"linkState""#,
            "originalInfo.index: must be an integer from 0 to 65535, not 4294967296"
        ),
        (
            #""mtu":1500"#, #""mtu":-1"#,
            "interfaces[0].original.mtu: must be an integer from 0 to 4294967295, not -1"
        ),
        (
            #""mtu":9000"#, #""mtu":67"#,
            "settings.mtu: must be an integer from 68 to 65535, not 67"
        ),
        (
            #""identifier":100"#, #""identifier":4095"#,
            "settings.vlan.identifier: must be an integer from 0 to 4094, not 4095"
        ),
        (
            #""qualityOfService":3"#, #""qualityOfService":8"#,
            "settings.vlan.qualityOfService: must be an integer from 0 to 7, not 8"
        ),
        (
            #""maximum":4294967295"#, #""maximum":4294967296"#,
            "originalInfo.transmitRate.maximum: must be an integer from 0 to 4294967295, "
                + "not 4294967296"
        ),
        (
            #""isTemporarilyTrusted":true"#, #""isTemporarilyTrusted":"yes""#,
            "placement.handedOver.isTemporarilyTrusted: must be true or false, not a string"
        ),
    ])
    func whatIsWrongInARecordIsNamed(part: String, replacement: String, message: String) throws {
        let text = Self.full.replacing(part, with: replacement)
        try #require(text != Self.full)
        let error = #expect(throws: JSONKeyError.self) { try read(text) }
        #expect(error?.description == message)
    }
}
