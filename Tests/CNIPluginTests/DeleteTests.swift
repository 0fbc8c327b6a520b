import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct DeleteTests {
    private let settings = #""vlan":7,"trust":"on","mac":"02:11:22:33:44:55""#

    @Test func everythingIsAsBeforeTheAdd() throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        let input = fixture.configuration(settings)
        try fixture.add(input)
        let answer = fixture.call("DEL", input)
        #expect(answer == ("", 0))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(
            fixture.ipam.calls == [
                "ADD c1 net1 /run/netns/c1 ", "DEL c1 net1 /run/netns/c1 ",
            ])
        #expect(fixture.complaint == "")
    }

    @Test func repeatingItSucceeds() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        for _ in 1...3 { #expect(fixture.call("DEL") == ("", 0)) }
    }

    @Test func theRuntimesDocumentIsPassedToTheIPAMPlugin() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        let input = fixture.configuration(#""prevResult":{"cniVersion":"1.0.0"}"#)
        #expect(fixture.call("DEL", input).status == 0)
        #expect(fixture.ipam.input(of: "DEL") == input)
    }

    /// Everything here is no reason to keep the VF or its address.
    @Test(
        arguments: [
            (#""vlan":"x","trust":"maybe""#, "0000:01:10.0", "1.0.0", [:]),
            ("", "", "1.0.0", [:]),
            ("", "../x", "1.0.0", [:]),
            ("", "0000:09:10.0", "1.0.0", [:]),
            ("", "0000:01:00.0", "1.0.0", [:]),
            ("", "0000:01:10.0", "9.9.9", [:]),
            ("", "0000:01:10.0", "1.0.0", ["CNI_NETNS": ""]),
            ("", "0000:01:10.0", "1.0.0", ["CNI_NETNS": "/run/netns/none"]),
            ("", "0000:01:10.0", "1.0.0", ["CNI_NETNS": "/proc/self/ns/net"]),
            ("", "0000:01:10.0", "1.0.0", ["CNI_ARGS": "FOO"]),
            (#""prevResult":5"#, "0000:01:10.0", "1.0.0", [:]),
        ] as [(String, String, String, [String: String])])
    func aConfigurationThatAddWouldRefuseStillReleasesEverything(
        members: String, device: String, version: String, variables: [String: String]
    ) throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        try fixture.add(fixture.configuration(settings))
        let input = fixture.configuration(members, version: version, device: device)
        let answer = fixture.call("DEL", input, variables)
        #expect(answer == ("", 0))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.ipam.calls.count == 2)
        #expect(fixture.ipam.calls.last?.hasPrefix("DEL c1 net1 ") == true)
    }

    @Test(
        arguments: [
            ("garbage", 6), ("", 6), ("[]", 6), ("{}", 7), (#"{"name":"a/b"}"#, 7),
        ] as [(String, UInt64)])
    func inputThatDoesNotTellTheNetworkReleasesWhatTheRecordTells(
        input: String, code: UInt64
    ) throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        try fixture.add(fixture.configuration(settings))
        let answer = fixture.call("DEL", input)
        #expect(answer.status == 1)
        #expect(answer.output.contains("\"code\":\(code),"), "\(answer.output)")
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ")
    }

    @Test func aNetworkThatLostItsIPAMFromTheConfigurationStillGivesTheAddressBack() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        #expect(fixture.call("DEL", fixture.configuration(ipam: "{}")).status == 0)
        #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ")
    }

    @Test func withoutARecordTheAddressIsGivenBackNevertheless() throws {
        let fixture = try PluginFixture()
        let before = fixture.host.kernel
        #expect(fixture.call("DEL") == ("", 0))
        #expect(fixture.ipam.calls == ["DEL c1 net1 /run/netns/c1 "])
        #expect(fixture.host.kernel == before)
    }

    @Test func theNamespaceMayBeGone() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        fixture.host.deleteNamespace("/run/netns/c1")
        #expect(fixture.call("DEL").status == 0)
        #expect(fixture.interface?.namespace == 0)
        #expect(fixture.interface?.link.name == "pf0v0")
        #expect(try fixture.store().attachments() == [])
    }

    @Test func theVFIsReleasedAlthoughTheIPAMPluginFails() throws {
        let fixture = try PluginFixture(
            ipam: PluginFixture.givesOneAddress
                + #"; [ "$CNI_COMMAND" != DEL ] || { echo '{"code":11,"msg":"busy"}'; exit 1; }"#)
        let before = fixture.machine
        try fixture.add()
        let answer = fixture.call("DEL")
        #expect(answer.status == 1)
        #expect(answer.output == (try errorDocument(11, "busy")))
        #expect(fixture.machine == before)
        // The record remembers the address until it is given back.
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring])
        try fixture.ipam.install(PluginFixture.givesOneAddress)
        #expect(fixture.call("DEL") == ("", 0))
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.machine == before)
    }

    @Test func anIPAMPluginThatFailsForeverKeepsNobodyFromTheVF() throws {
        let fixture = try PluginFixture(
            ipam: PluginFixture.givesOneAddress
                + #"; [ "$CNI_COMMAND" != DEL ] || { echo '{"code":11,"msg":"busy"}'; exit 1; }"#)
        fixture.host.makeNamespace("/run/netns/c2")
        try fixture.add()
        #expect(fixture.call("DEL").status == 1)
        try fixture.add(nil, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
        #expect(try fixture.store().attachments().map(\.owner.container) == ["c2"])
        #expect(fixture.complaint.contains("busy, proceeding anyway"))
    }

    @Test func anIPAMPluginThatVanishedIsAnErrorAfterTheVFIsReleased() throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        try fixture.add()
        try FileManager.default.removeItem(atPath: fixture.ipam.directory + "/scripted")
        let answer = fixture.call("DEL")
        #expect(
            answer.output
                == (try errorDocument(
                    7, #"ipam.type: there is no plugin "scripted" in CNI_PATH"#,
                    details: fixture.ipam.directory)))
        #expect(fixture.machine == before)
    }

    @Test func theVFOfAnotherContainerIsNotTouched() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        let before = fixture.host.kernel
        let answer = fixture.call("DEL", nil, ["CNI_CONTAINERID": "c2"])
        #expect(answer == ("", 0))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().map(\.owner.container) == ["c1"])
    }

    @Test func missingVariablesAreAnError() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        let before = fixture.host.kernel
        let answer = fixture.call("DEL", nil, ["CNI_CONTAINERID": "", "CNI_PATH": ""])
        #expect(
            answer.output
                == (try errorDocument(
                    4, "required env variables [CNI_CONTAINERID,CNI_PATH] missing",
                    version: "1.1.0")))
        #expect(fixture.host.kernel == before)
    }

    @Test func aRecordAloneIsEnoughToGiveTheAddressBack() throws {
        let fixture = try PluginFixture()
        let input = fixture.configuration(#""note":"a/b \"c\"""#)
        try fixture.add(input, ["CNI_ARGS": "IgnoreUnknown=1;A=1"])
        let record = try #require(fixture.store().attachments().first)
        // The environment of a program that is no CNI plugin, but for leftovers of another call.
        let environment = EnvironmentVariables.other([
            "PATH": "/usr/bin:/bin", "CNI_CONTAINERID": "other",
        ])
        let frontEnds = FrontEndRegistry(
            Installation(environment), environment: environment, passOn: { _ in })
        try frontEnds.release(record)
        #expect(
            fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 IgnoreUnknown=1;A=1")
        #expect(fixture.ipam.input(of: "DEL") == input)
    }

    /// What it has given out stays given out, which is better than a record that is dropped with it.
    @Test func whatAFrontEndOfALaterVersionHasGivenOutIsNotForgotten() throws {
        let fixture = try PluginFixture()
        try fixture.add(fixture.configuration())
        var record = try #require(fixture.store().attachments().first)
        let calls = fixture.ipam.calls
        let environment = EnvironmentVariables.other([:])
        let frontEnds = FrontEndRegistry(
            Installation(environment), environment: environment, passOn: { _ in })
        for frontEnd in [FrontEnd.docker, .cli] {
            record.owner.frontEnd = frontEnd.rawValue
            try frontEnds.release(record)
        }
        record.owner.frontEnd = "later"
        let error = #expect(throws: ManagerError.self) { try frontEnds.release(record) }
        #expect(error?.code == .unsupported)
        #expect(fixture.ipam.calls == calls)
    }
}
