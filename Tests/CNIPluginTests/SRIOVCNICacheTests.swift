import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Moving over from sriov-cni with containers running.
@Suite struct SRIOVCNICacheTests {
    @Test(arguments: [SRIOVCNIFixture.current, SRIOVCNIFixture.old, SRIOVCNIFixture.oldest])
    func deleteRestoresFromTheFile(document: String) throws {
        let fixture = try SRIOVCNIFixture(document)
        #expect(fixture.plugin.machine != fixture.before)
        #expect(fixture.call("DEL") == ("", 0))
        #expect(fixture.plugin.machine == fixture.before)
        #expect(fixture.plugin.ipam.calls == ["DEL c1 net1 /run/netns/c1 "])
        #expect(try fixture.files == [])
        #expect(try fixture.plugin.store().attachments() == [])
        #expect(fixture.plugin.complaint == "")
        #expect(fixture.call("DEL") == ("", 0))
    }

    /// What the VF had before, not what a new VF has.
    @Test func deleteRestoresWhatTheAdministratorHadSet() throws {
        let document = SRIOVCNIFixture.current.replacing(
            #""Vlan":0,"VlanQoS":0,"VlanProto":33024,"MinTxRate":0,"#,
            with: #""Vlan":30,"VlanQoS":2,"VlanProto":33024,"MinTxRate":0,"#
        ).replacing(#""MaxTxRate":0,"LinkState":0"#, with: #""MaxTxRate":50,"LinkState":0"#)
            .replacing(#""Trust":false"#, with: #""Trust":true"#)
        let fixture = try SRIOVCNIFixture(document)
        #expect(fixture.call("DEL") == ("", 0))
        let info = try #require(
            try fixture.plugin.host.vfInfos(ofPF: SimulatedHost.pfAddress())?.vf(0))
        #expect(info.vlan == VLANTag(identifier: 30, qualityOfService: 2))
        #expect(info.transmitRate == TransmitRate(minimum: 0, maximum: 50))
        #expect(info.trust == true)
    }

    @Test(arguments: ["", "/run/netns/none"])
    func deleteFindsTheNamespaceByTheAllocation(path: String) throws {
        let fixture = try SRIOVCNIFixture()
        #expect(fixture.call("DEL", nil, ["CNI_NETNS": path]) == ("", 0))
        #expect(fixture.plugin.machine == fixture.before)
        #expect(try fixture.files == [])
    }

    @Test func deleteAfterTheNamespaceIsGone() throws {
        let fixture = try SRIOVCNIFixture()
        fixture.plugin.host.deleteNamespace("/run/netns/c1")
        #expect(fixture.call("DEL", nil, ["CNI_NETNS": ""]) == ("", 0))
        #expect(
            fixture.plugin.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlan == VLANTag.none)
        #expect(fixture.plugin.interface?.link.name == "pf0v0")
        #expect(try fixture.files == [])
    }

    @Test(
        arguments: [
            "", "{", "[]", "{}", SRIOVCNIFixture.current.replacing("sriov-net", with: ""),
            SRIOVCNIFixture.current.replacing("02:00:01", with: "02:00"),
            SRIOVCNIFixture.current.replacing(
                #""deviceID":"0000:01:10.0""#, with: #""deviceID":"x""#),
        ])
    func deleteWithADamagedFileGoesByTheAddress(document: String) throws {
        let fixture = try SRIOVCNIFixture(document)
        let input = fixture.plugin.configuration(#""vlan":7,"trust":"on""#)
        #expect(fixture.call("DEL", input) == ("", 0))
        #expect(fixture.plugin.complaint.contains("/peer/c1-net1: "))
        #expect(fixture.plugin.complaint.contains("going by the PCI address alone"))
        #expect(fixture.plugin.interface?.namespace == 0)
        #expect(fixture.plugin.interface?.link.name == "pf0v0")
        #expect(fixture.plugin.ipam.calls.count == 1)
        #expect(!(try fixture.files.contains("c1-net1")))
    }

    @Test func deleteLeavesAVFAloneThatAnotherContainerHasByNow() throws {
        let fixture = try SRIOVCNIFixture()
        try fixture.write(SRIOVCNIFixture.current, to: "c0-net1")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -5)],
            ofItemAtPath: fixture.directory + "/c0-net1")
        let attached = fixture.plugin.machine
        let changes = ["CNI_CONTAINERID": "c0", "CNI_NETNS": "/run/netns/c0"]
        #expect(fixture.call("DEL", nil, changes) == ("", 0))
        #expect(fixture.plugin.machine == attached)
        #expect(try fixture.files == ["c1-net1", "0000:01:10.0"])
    }

    @Test func addNeverTakesAVFOfALiveContainer() throws {
        for document in [SRIOVCNIFixture.current, "damaged"] {
            let fixture = try SRIOVCNIFixture(document)
            fixture.plugin.host.makeNamespace("/run/netns/c2")
            let attached = fixture.plugin.machine
            let changes = ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]
            let answer = fixture.call("ADD", nil, changes)
            #expect(answer.status == 1)
            #expect(answer.output.contains("VF 0000:01:10.0 is in use: sriov-cni holds it for "))
            #expect(answer.output.contains(" in /run/netns/c1"))
            #expect(fixture.plugin.machine == attached)
            #expect(try fixture.files == ["c1-net1", "0000:01:10.0"])
            #expect(try fixture.plugin.store().attachments() == [])
        }
    }

    /// Versions before 2.7 write no allocation: where the VF is decides.
    @Test func addNeverTakesAVFOfALiveContainerWithoutAllocation() throws {
        let fixture = try SRIOVCNIFixture(SRIOVCNIFixture.old, allocates: false)
        fixture.plugin.host.makeNamespace("/run/netns/c2")
        let attached = fixture.plugin.machine
        let changes = ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]
        let answer = fixture.call("ADD", nil, changes)
        #expect(answer.output.contains("sriov-cni holds it for cni sriov-net c1/net1"))
        #expect(fixture.plugin.machine == attached)
    }

    @Test func aFreeVFIsChosenBesideTheirs() throws {
        let fixture = try SRIOVCNIFixture()
        fixture.plugin.host.makeNamespace("/run/netns/c2")
        let changes = ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]
        let input = #"{"cniVersion":"1.0.0","name":"sriov-net","type":"sriov","pf":"pf0"}"#
        let answer = fixture.call("ADD", input, changes)
        #expect(answer.output.contains("0000:01:10.2"))
        let second = fixture.call(
            "ADD", input,
            ["CNI_CONTAINERID": "c3", "CNI_NETNS": "/run/netns/c2", "CNI_IFNAME": "n"])
        #expect(second.output.contains("no free VF"))
    }

    @Test func addTakesAVFAfterItsNamespaceIsGone() throws {
        let fixture = try SRIOVCNIFixture()
        fixture.plugin.host.deleteNamespace("/run/netns/c1")
        fixture.plugin.host.makeNamespace("/run/netns/c2")
        let changes = ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]
        let answer = fixture.call("ADD", nil, changes)
        #expect(answer.status == 0, "\(answer.output)")
        #expect(try fixture.files == [])
        let info = fixture.plugin.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info
        #expect(info?.vlan == VLANTag.none)
        #expect(info?.trust == false)
        let record = try #require(try fixture.plugin.store().attachments().first)
        #expect(record.owner.container == "c2")
        #expect(record.originalInterface?.name == "pf0v0")
        #expect(record.originalInterface?.macAddress == MACAddress("02:00:01:00:00:00"))
    }

    /// The kernel has reset the hardware since.
    @Test func filesOfAnEarlierBootAreVoid() throws {
        let fixture = try SRIOVCNIFixture()
        try fixture.age("c1-net1")
        try fixture.age("pci/0000:01:10.0")
        let report = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(report.entries.map(\.result) == [.refused("it is of an earlier boot")])
        #expect(fixture.call("DEL").status == 0)
        #expect(fixture.plugin.interface?.namespace == 0)
        #expect(try !fixture.files.contains("c1-net1"))
    }

    @Test func importTakesLiveAttachmentsOver() throws {
        let fixture = try SRIOVCNIFixture()
        let attached = fixture.plugin.machine
        let dry = try fixture.context().attachments.importAttachments(isDryRun: true)
        #expect(dry.entries.map(\.result) == [.imported])
        #expect(try fixture.plugin.store().attachments() == [])
        #expect(try fixture.files == ["c1-net1", "0000:01:10.0"])

        let report = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(report.entries.map(\.result) == [.imported])
        #expect(fixture.plugin.machine == attached)
        #expect(try fixture.files == [])
        let record = try #require(try fixture.plugin.store().attachments().first)
        #expect(record.owner.description == "cni sriov-net c1/net1")
        #expect(record.phase == .attached)
        #expect(record.namespace?.path == "/run/netns/c1")
        #expect(record.settings.vlan == VLANTag(identifier: 7))
        #expect(record.settings.maximumRate == 100)
        #expect(record.settings.trust == true)
        #expect(record.settings.spoofCheck == nil)
        #expect(record.originalInfo?.spoofCheck == true)
        #expect(
            try fixture.context().attachments.importAttachments(isDryRun: false).entries.isEmpty)
        #expect(try fixture.context().attachments.check(record.owner).findings == [])

        #expect(fixture.call("DEL") == ("", 0))
        #expect(fixture.plugin.machine == fixture.before)
        #expect(fixture.plugin.ipam.calls == ["DEL c1 net1 /run/netns/c1 "])
    }

    @Test func importAfterADeathBetweenRecordAndFiles() throws {
        let fixture = try SRIOVCNIFixture()
        _ = try fixture.context().attachments.importAttachments(isDryRun: false)
        try fixture.write(SRIOVCNIFixture.current, to: "c1-net1")
        try fixture.write("/run/netns/c1", to: "pci/0000:01:10.0")
        let report = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(report.entries.map(\.result) == [.present])
        #expect(try fixture.files == [])
        #expect(try fixture.plugin.store().attachments().count == 1)
    }

    @Test func importFindsTheNamespaceWithoutAllocation() throws {
        let fixture = try SRIOVCNIFixture(SRIOVCNIFixture.old, allocates: false)
        let report = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(report.entries.map(\.result) == [.imported])
        #expect(try fixture.plugin.store().attachments().first?.namespace?.path == "/run/netns/c1")
        #expect(fixture.call("DEL") == ("", 0))
        #expect(fixture.plugin.machine == fixture.before)
    }

    @Test(arguments: [("a-b-net1", "a-b"), ("a-b-c-net1", "a-b-c")])
    func importTellsContainerFromInterfaceByTheInterface(file: String, container: String) throws {
        let fixture = try SRIOVCNIFixture(named: file)
        _ = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(try fixture.plugin.store().attachments().first?.owner.container == container)
    }

    @Test func importSaysWhatItCannotTakeOver() throws {
        let fixture = try SRIOVCNIFixture()
        fixture.plugin.host.deleteNamespace("/run/netns/c1")
        try fixture.write("{", to: "c7-net1")
        try fixture.write(
            SRIOVCNIFixture.current.replacing("0000:01:10.0", with: "0000:09:10.0"), to: "c8-net1")
        try fixture.write("/run/netns/c9", to: "pci/0000:01:10.2")
        let report = try fixture.context().attachments.importAttachments(isDryRun: false)
        #expect(
            report.entries.map(\.result) == [
                .refused(
                    "its network namespace /run/netns/c1 is gone; DEL, or the next ADD, brings it back"
                ), .refused("it is not a JSON document"), .refused("there is no VF 0000:09:10.0"),
                .refused("no file of sriov-cni tells whose 0000:01:10.2 is"),
            ])
        #expect(try fixture.plugin.store().attachments() == [])
        #expect(try fixture.files.count == 5)
    }

    @Test func garbageCollectionKnowsTheirAttachments() throws {
        let fixture = try SRIOVCNIFixture()
        func collect(_ valid: String) -> Int32 {
            let input = fixture.plugin.configuration(
                #""cni.dev/valid-attachments":[\#(valid)]"#, version: "1.1.0")
            return fixture.call("GC", input).status
        }
        let attached = fixture.plugin.machine
        #expect(collect(#"{"containerID":"c1","ifname":"net1"}"#) == 0)
        #expect(fixture.plugin.machine == attached)
        #expect(collect("") == 0)
        #expect(fixture.plugin.machine == fixture.before)
        #expect(try fixture.files == [])
    }

    @Test(arguments: [
        ("garbage", "it is not a JSON document"), ("[]", "it is not a JSON object"),
        ("{}", #"deviceID: must be the PCI address of a VF, not """#),
    ])
    func aFileThatTellsNothingIsNamedWithItsProblem(text: String, problem: String) throws {
        let fixture = try SRIOVCNIFixture()
        try fixture.write(text, to: "c9-net1")
        let claims = try SRIOVCNICache(directory: fixture.directory, bootTime: 0).claims.all()
        #expect(claims.first { $0.path.hasSuffix("/c9-net1") }?.problem == problem)
    }
}
