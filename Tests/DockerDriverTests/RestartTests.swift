import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@testable import DockerDriver

/// What is left when a dockerd, the driver or the machine ends without a word. Every call of the fixture is
/// answered by a driver that has just started.
@Suite struct RestartTests {
    private static let vf = SimulatedHost.vfAddress(0)

    private func fixture(_ options: String = #""parent":"pf0","vlan":"100""#) throws
        -> DriverFixture
    {
        let fixture = try DriverFixture(.withVFs(1))
        try fixture.success("CreateNetwork", networkRequest(options))
        return fixture
    }

    /// dockerd is killed: it never says anything of the old endpoint, nor of the network, again.
    @Test func aNewEndpointOfAnOldNetworkGetsTheVFThatAKilledDockerdLost() throws {
        let fixture = try fixture()
        let before = fixture.machine
        let lost = try fixture.run("old", mac: "02:00:00:00:00:01")
        fixture.loseContainer(lost)
        let container = try fixture.run("new", mac: "02:00:00:00:00:02")
        #expect(container.function == Self.vf)
        #expect(try fixture.records.map(\.owner.container) == ["new"])
        try fixture.stop(container)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func whatAKilledDockerdLostIsTakenBackByRecovery() throws {
        let fixture = try fixture()
        let before = fixture.machine
        fixture.loseContainer(try fixture.run())
        _ = try fixture.driver().context.attachments.recover()
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    /// The network outlives what Docker lost of it, but its own deletion does not.
    @Test func deletionOfANetworkTakesBackWhatDockerLost() throws {
        let fixture = try fixture()
        let before = fixture.machine
        let lost = try fixture.run("0123456789abcdef")
        fixture.loseContainer(lost)
        try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
        #expect(
            fixture.warnings == [
                "took back VF 0000:01:10.0 of endpoint 0123456789ab, which Docker lost"
            ])
    }

    @Test func deletionOfANetworkLeavesOthersAlone() throws {
        let fixture = try fixture()
        let container = try fixture.run()
        let running = fixture.host.kernel
        for id in ["n2", "n", "n11"] {
            try fixture.success("DeleteNetwork", #"{"NetworkID":"\#(id)"}"#)
        }
        #expect(fixture.host.kernel == running)
        #expect(try fixture.records.count == 1)
        try fixture.stop(container)
    }

    @Test func aNetworkIsForgottenThoughAVFOfItDoesNotComeBack() throws {
        let fixture = try fixture()
        let container = try fixture.run("0123456789abcdef")
        // Somebody, nobody knows who, still holds the namespace, so the VF does not come back.
        fixture.host.withKernel { $0.deleteNamespaceHeldByDescriptor(container.sandbox) }
        try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#)
        #expect(try fixture.store().networks(of: "docker") == [])
        #expect(try fixture.records.count == 1)
        #expect(
            fixture.warnings.last?.hasPrefix(
                "VF 0000:01:10.0 of endpoint 0123456789ab, which Docker lost: ") == true)
        fixture.host.withKernel { $0.descriptorsElsewhere = [] }
        fixture.host.withKernel { $0.settle() }
        _ = try fixture.driver().context.attachments.recover()
        #expect(try fixture.records == [])
        #expect(fixture.info(Self.vf)?.vlans == [])
    }

    @Test func networksOutliveABootAndEndpointsDoNot() throws {
        let fixture = try fixture()
        _ = try fixture.run()
        fixture.host.withKernel { kernel in
            kernel = SimulatedHost.withVFs(1).kernel
            kernel.boot = BootIdentity(rawValue: "second-boot")
        }
        let before = fixture.machine
        let container = try fixture.run("after")
        #expect(container.function == Self.vf)
        #expect(fixture.info(Self.vf)?.vlan.identifier == 100)
        try fixture.stop(container)
        #expect(fixture.machine == before)
    }

    /// Docker gives up on a driver that does not answer, and stops the container without it.
    @Test func callsThatNeverCameAreMadeUpForByTheNextNetworksDeletion() throws {
        let fixture = try fixture()
        let before = fixture.machine
        let container = try fixture.run()
        try fixture.moveBack(container)
        try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    /// A managed plugin is told of endpoints that are long gone when Docker starts again.
    @Test func endpointsOfAnotherLifeEndWithoutAWord() throws {
        let fixture = try fixture()
        let before = fixture.machine
        let lost = try fixture.run()
        fixture.loseContainer(lost)
        try fixture.success("Leave", reference())
        try fixture.success("DeleteEndpoint", reference())
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
        try fixture.success("Leave", reference())
        try fixture.success("DeleteEndpoint", reference())
    }

    @Test(arguments: ["", "{}", "[]", #"{"version":9,"prefix":"eth"}"#])
    func anUnreadableRecordIsToldAtJoinAndUndone(data: String) throws {
        let fixture = try fixture()
        let before = fixture.machine
        try fixture.success("CreateEndpoint", endpointRequest())
        var record = try #require(try fixture.records.first)
        record.frontEndData = data
        try fixture.store().update(record)
        let reply = try fixture.call("Join", reference("e1", #","SandboxKey":"/run/netns/x""#))
        #expect(reply.status.rawValue == 500)
        #expect(
            reply.error?.hasPrefix("endpoint e1: its record in the state file is unusable: ")
                == true)
        try fixture.success("DeleteEndpoint", reference())
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func anUnusableStateFileIsToldAndLeftAlone() throws {
        let fixture = try DriverFixture()
        let path = URL(filePath: fixture.statePath)
        let garbage = Array("this is no database, and long enough not to be one".utf8)
        try Data(garbage).write(to: path)
        let before = fixture.host.kernel
        for (call, body) in [
            ("CreateNetwork", networkRequest(#""parent":"pf0""#)),
            ("CreateEndpoint", endpointRequest()),
            ("Join", reference("e1", #","SandboxKey":"/run/netns/x""#)),
        ] {
            let reply = try fixture.call(call, body)
            #expect(reply.status.rawValue == 500)
            #expect(reply.error?.contains("state file \(path.path): ") == true)
        }
        #expect(fixture.host.kernel == before)
        #expect(try Data(contentsOf: path) == Data(garbage))
    }
}
