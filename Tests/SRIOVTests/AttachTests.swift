import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// What the verbs promise, over the simulated host.
@Suite struct AttachTests {
    private func fixture(
        _ driver: SimulatedDriver = .igb, vfs: Int = 2, isPFUp: Bool = true
    ) throws -> EngineFixture {
        let host = SimulatedHost.withVFs(vfs, driver: driver, isPFUp: isPFUp)
        for name in ["a", "b", "c"] { host.makeNamespace("/run/netns/\(name)") }
        return try EngineFixture(host)
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    @Test func theSecondOwnerIsToldWhoHasIt() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        let refusal = error { try fixture.attach(.vf(0, for: "b")) }
        #expect(refusal?.code == .inUse)
        #expect(
            refusal?.message
                == "VF 0000:01:10.0 is attached to cni sriov-net a/net1 in /run/netns/a")
    }

    @Test func aStateFileThatCannotBeWrittenIsAskedOnceAndNothingIsTouched() throws {
        let host = SimulatedHost.withVFs(1)
        host.makeNamespace("/run/netns/a")
        let fixture = try EngineFixture(host)
        try Data("no database, but some bytes".utf8).write(to: URL(filePath: fixture.statePath))
        let before = host.kernel.pristinePart
        // A second question would fail with other words: "look up who has".
        let refusal = error { try fixture.attach(.vf(0, for: "a", .full)) }
        #expect(refusal?.code == .stateUnusable)
        #expect(refusal?.message == "record 0000:01:10.0 for cni sriov-net a/net1")
        #expect(host.kernel.pristinePart == before)
    }

    @Test func detachOfOneOwnerLeavesAnothersVF() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        let before = fixture.host.kernel
        _ = try fixture.context().attachments.detach(
            DetachRequest(
                owner: .cni("b"), virtualFunction: SimulatedHost.vfAddress(0),
                namespacePath: "/run/netns/a"))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().count == 1)
    }

    @Test func aTakenNameIsRefusedAndTheOtherInterfaceUntouched() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            _ = kernel.addInterface(named: "net1", mac: [2, 9, 9, 9, 9, 9], in: 1)
        }
        let before = fixture.host.kernel
        let refusal = error { try fixture.attach(.vf(0, for: "a", .full)) }
        #expect(refusal?.message == "interface net1 already exists in /run/netns/a")
        #expect(fixture.host.kernel == before)
    }

    @Test func aVFThatTheHostLivesByIsRefused() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            guard let index = kernel.vfs[SimulatedHost.vfAddress(0)]?.linkIndex else { return }
            kernel.interfaces[index]?.link.flags = 1
            kernel.defaultRoutes = [index]
        }
        #expect(
            error { try fixture.attach(.vf(0, for: "a")) }?.message
                == "VF 0000:01:10.0: pf0v0 carries the host's default route")
        fixture.host.withKernel { kernel in
            guard let index = kernel.vfs[SimulatedHost.vfAddress(1)]?.linkIndex else { return }
            kernel.interfaces[index]?.link.controllerIndex = 9
            kernel.interfaces[index]?.link.controllerKind = "bond"
        }
        #expect(
            error { try fixture.attach(.vf(1, for: "a")) }?.message
                == "VF 0000:01:10.2: pf0v1 is a member of a bond")
    }

    @Test func aPFThatIsDownIsNamedAndLeftDown() throws {
        let fixture = try fixture(isPFUp: false)
        let before = fixture.host.kernel.pristinePart
        let refusal = error { try fixture.attach(.vf(0, for: "a", .full)) }
        #expect(refusal?.description.hasSuffix("; pf0 is down") == true)
        #expect(fixture.host.kernel.pristinePart == before)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func settingsThatCannotBeRestoredNowBlockTheNextUserUntilTheyAre() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a", VFSettings(maximumRate: 200)))
        fixture.host.withKernel { kernel in kernel.interfaces[2]?.link.flags = 0 }
        let outcome = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(outcome.unrestored.count == 1)
        let interfaces = fixture.host.kernel.interfaces.values
        #expect(interfaces.allSatisfy { $0.namespace == 0 })
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring])
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .incomplete)
        fixture.host.withKernel { kernel in kernel.interfaces[2]?.link.flags = 1 }
        try fixture.attach(.vf(0, for: "b"))
        let vf = fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]
        #expect(vf?.info.transmitRate == TransmitRate(minimum: 0, maximum: 0))
    }

    @Test func anOwnerWhoseContainerIsGoneMayTakeAnotherVF() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a", .full))
        fixture.host.deleteNamespace("/run/netns/a")
        fixture.host.makeNamespace("/run/netns/a")
        try fixture.attach(.vf(1, for: "a"))
        let held = try fixture.store().attachments().map(\.function)
        #expect(held == [SimulatedHost.vfAddress(1)])
    }

    @Test func aNamespaceThatAProcessStillHoldsIsNotGone() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
        // Its DEL finds the VF there nevertheless.
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        try fixture.attach(.vf(0, for: "b"))
    }

    @Test func aNameThatIsTakenAtHomeKeepsTheRecord() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { kernel in
            _ = kernel.addInterface(named: "pf0v0", mac: [2, 9, 9, 9, 9, 9])
        }
        let outcome = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(!outcome.unrestored.isEmpty)
        #expect(fixture.host.kernel.interfaces.values.contains { $0.link.name == "vf000001100" })
    }

    @Test func recordsOfAnotherBootAreVoid() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { kernel in
            kernel.boot = BootIdentity(rawValue: "second-boot")
        }
        let report = try fixture.context().attachments.recover()
        #expect(report.entries.map(\.result) == [.void])
        #expect(fixture.leases.withLock { $0.isEmpty })
        #expect(try fixture.store().leasesOfOtherBoots().attachments.isEmpty)
    }

    @Test func anyFreeVFOfAPFIsTakenUntilThereIsNone() throws {
        let fixture = try fixture()
        for (container, expected) in [("a", 0), ("b", 1)] {
            var request = AttachRequest.vf(0, for: container)
            request.selection = .anyOf(physicalFunction: SimulatedHost.pfAddress())
            try fixture.attach(request)
            let held = try fixture.store().attachment(of: .cni(container))
            #expect(held?.function == SimulatedHost.vfAddress(expected))
        }
        var request = AttachRequest.vf(0, for: "c")
        request.selection = .anyOf(physicalFunction: SimulatedHost.pfAddress())
        #expect(error { try fixture.attach(request) }?.code == .noneFree)
        // A VF whose container is gone is as good as free.
        fixture.host.deleteNamespace("/run/netns/b")
        try fixture.attach(request)
    }

    @Test func resizeRefusesWhileAVFIsInUseAndForcedBringsItBack() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        let function = try #require(
            try fixture.host.physicalFunction(at: SimulatedHost.pfAddress()))
        let refusal = error { _ = try fixture.context().node.resize(function, to: 4, force: false) }
        #expect(refusal?.code == .inUse)
        #expect(refusal?.message.contains("cni sriov-net a/net1") == true)
        _ = try fixture.context().node.resize(function, to: 4, force: true)
        #expect(fixture.host.kernel.vfs.count == 4)
        #expect(try fixture.store().attachments().isEmpty)
        #expect(
            error { _ = try fixture.context().node.resize(function, to: 8, force: true) }?.message
                == "pf0 can have 0 to 7 VFs, not 8")
    }

    @Test func checkTellsWhatDiffers() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a", .full))
        #expect(try fixture.context().attachments.check(.cni("a")).findings.isEmpty)
        fixture.host.withKernel { kernel in
            kernel.vfs[SimulatedHost.vfAddress(0)]?.info.trust = false
        }
        #expect(
            try fixture.context().attachments.check(.cni("a")).findings.map(\.description) == [
                "trust is off, asked for was on"
            ])
    }

    /// Later it may be otherwise, unlike with one that cannot be used.
    @Test func aBusyStateFileIsToldFromAnUnusableOne() {
        let busy = StoreError.busy(path: "/s", waited: .seconds(10))
        let unusable = StoreError.unusable(path: "/s", reason: "x")
        #expect(ManagerError.wrapping(busy, "look").code == .stateBusy)
        #expect(ManagerError.wrapping(unusable, "look").code == .stateUnusable)
        #expect(OperationResult(.stateBusy) == .inUse)
    }
}
