import Foundation
import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// What concerns a PF as a whole, or a VF's driver, disturbs nobody unasked, and nothing is forgotten where it is asked for.
@Suite struct DisturbanceTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let other = SimulatedHost.vfAddress(1)
    private static let pf = SimulatedHost.pfAddress()
    private static let path = "/run/netns/a"

    private func fixture() throws -> EngineFixture {
        let fixture = try EngineFixture(SimulatedHost.withVFs(2))
        for name in ["a", "b"] { fixture.makeContainer("/run/netns/\(name)") }
        return fixture
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    /// - Parameter release: Undoes the front end's part; nil does nothing.
    private func resize(
        _ fixture: EngineFixture, to count: Int, force: Bool,
        releasing release: (@Sendable (Attachment) throws -> Void)? = nil
    ) throws {
        var timeouts = Timeouts()
        timeouts.returnOfInterface = .milliseconds(50)
        let context = try Context(
            host: fixture.host, store: fixture.store(),
            locks: LockDirectory(path: fixture.directory + "/locks"), timeouts: timeouts,
            releaseFrontEnd: release ?? { _ in }, warn: { _ in })
        let function = try #require(try fixture.host.physicalFunction(at: Self.pf))
        _ = try context.node.resize(function, to: count, force: force)
    }

    // MARK: The number of VFs

    enum Use: CaseIterable {
        case program, bridge, unknownContainer

        var obstacle: String {
            switch self {
            case .program: "VF 0000:01:10.0 is open in qemu (4711)"
            case .bridge: "VF 0000:01:10.0: pf0v0 is a member of a bridge or bond"
            case .unknownContainer:
                "VF 0000:01:10.0 is in another network namespace with no record"
            }
        }

        func begin(on kernel: inout SimulatedKernel) {
            let vf = SimulatedHost.vfAddress(0)
            switch self {
            case .program:
                kernel.bind(vf, to: "vfio-pci")
                kernel.programs[vf] = ["qemu (4711)"]
            case .bridge: kernel.change(vf) { $0.link.controllerIndex = 99 }
            case .unknownContainer: kernel.moveInterface(of: vf, to: "/run/netns/a")
            }
        }
    }

    @Test(arguments: Use.allCases)
    func aVFThatSomebodyUsesWithoutARecordIsNotRemoved(use: Use) throws {
        let fixture = try fixture()
        fixture.host.withKernel { use.begin(on: &$0) }
        let before = fixture.host.kernel
        let refusal = error { try resize(fixture, to: 0, force: false) }
        #expect(refusal?.code == .inUse)
        #expect(refusal?.message.hasSuffix(": \(use.obstacle)") == true)
        #expect(fixture.host.kernel == before)
    }

    @Test func theRecordOfAVFThatCouldNotBeBroughtBackGoesWithTheVF() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { $0.deleteNamespaceHeldByDescriptor(Self.path) }
        try resize(fixture, to: 0, force: true)
        #expect(fixture.host.kernel.vfs.isEmpty)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func anAddressThatIsNotTakenBackKeepsTheRecordOfAVFThatIsRemoved() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { $0.deleteNamespaceHeldByDescriptor(Self.path) }
        try resize(fixture, to: 0, force: true) { _ in
            throw ManagerError(.internal, "the IPAM does not answer")
        }
        #expect(fixture.host.kernel.vfs.isEmpty)
        #expect(try fixture.store().attachments().map(\.owner) == [.cni("a")])
        _ = try fixture.context().attachments.recover()
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
    }

    @Test func theSwitchOfAPFIsNotChangedUnderAVFInUse() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.pfs[Self.pf]?.eswitchMode = .legacy }
        try fixture.attach(.vf(0, for: "a"))
        let function = try #require(try fixture.host.physicalFunction(at: Self.pf))
        let before = fixture.host.kernel
        let refusal = error { try fixture.context().node.setEswitchMode(.switchdev, of: function) }
        #expect(refusal?.code == .inUse)
        #expect(
            refusal?.message
                == "changing the eswitch mode of pf0 would disturb what is in use: VF 0000:01:10.0 is "
                + "attached to cni sriov-net a/net1")
        #expect(fixture.host.kernel == before)
    }

    // MARK: The PF as a whole

    @Test func aPFWhoseContainerIsGoneIsGivenToTheNext() throws {
        let fixture = try fixture()
        try fixture.start("e1", in: Self.path, pf: Self.pf)
        fixture.host.deleteNamespace(Self.path)
        _ = try fixture.reserve("e2", .address(Self.pf))
        #expect(try fixture.store().attachments().map(\.owner) == [.docker("e2")])
    }

    // MARK: What is free

    @Test func aVFThatSomebodyBringsBackIsNotFreeYet() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        try fixture.changeRecord { $0.phase = .detaching }
        try fixture.attach(.vf(1, for: "b"))
        let pool = VFSelection.anyOf(physicalFunction: Self.pf)
        let context = try fixture.context()
        #expect(try context.inspector.availability(of: pool, countsFree: true) == .available)
        let locks = try AttachmentLocks(
            VirtualFunction(address: Self.vf, physicalFunction: Self.pf),
            in: LockDirectory(path: fixture.directory + "/locks"),
            deadline: Deadline(after: .zero))
        #expect(
            try context.inspector.availability(of: pool, countsFree: true)
                == .exhausted("pf0 has no free VF among its 2"))
        withExtendedLifetime(locks) {}
    }

    // MARK: The driver

    @Test func aVFThatIsReservedKeepsItsDriver() throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e")
        let before = fixture.host.kernel
        #expect(
            error { _ = try fixture.context().node.bind(Self.vf, to: .named("vfio-pci")) }?.message
                == "VF 0000:01:10.0 is reserved to docker n1 e in the host")
        #expect(fixture.host.kernel == before)
    }

    @Test func aVFThatTheHostUsesKeepsItsDriver() throws {
        let fixture = try fixture()
        fixture.host.withKernel { Use.bridge.begin(on: &$0) }
        let before = fixture.host.kernel
        #expect(
            error { _ = try fixture.context().node.bind(Self.vf, to: .named("vfio-pci")) }?.code
                == .inUse)
        #expect(fixture.host.kernel == before)
    }

    @Test func aVFThatAProgramHasOpenIsNotBoundToAnotherDriver() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.bind(Self.vf, to: "vfio-pci")
            kernel.programs[Self.vf] = ["qemu (4711)"]
        }
        let before = fixture.host.kernel
        #expect(
            error { _ = try fixture.context().node.bind(Self.vf, to: .netdevice) }?.code == .inUse)
        #expect(fixture.host.kernel == before)
    }

    // MARK: Recovery

    @Test func aVFThatCannotBeLockedDoesNotKeepOthersFromRecovery() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        try fixture.attach(.vf(1, for: "b"))
        try fixture.changeRecord { $0.phase = .detaching }
        let lock = fixture.directory + "/locks/0000:01:10.0.lock"
        try FileManager.default.removeItem(atPath: lock)
        try FileManager.default.createDirectory(
            atPath: lock, withIntermediateDirectories: false)
        let results = try fixture.context().attachments.recover().entries.map(\.result)
        #expect(results.count == 2)
        guard case .incomplete = results.first else {
            Issue.record("\(results)")
            return
        }
        #expect(results.last == .broughtBack)
        #expect(try fixture.store().attachments().map(\.function) == [Self.vf])
    }

    /// Trust was lent to a VF that is gone; the one that has its address now may be trusted by an administrator.
    @Test func theTrustOfAnotherVFAtTheAddressStays() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.vfs[Self.vf]?.hasBeenUp = true }
        _ = try fixture.reserve(
            "e", .address(Self.vf), VFSettings(macAddress: MACAddress("02:11:22:33:44:55")))
        #expect(try fixture.record?.handover?.isTemporarilyTrusted == true)
        _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        fixture.host.withKernel { kernel in
            kernel.removeVFs(of: Self.pf)
            kernel.addVFs(2, to: Self.pf)
            kernel.vfs[Self.vf]?.info.trust = true
        }
        fixture.pass(seconds: 1000)
        _ = try fixture.context().attachments.recover()
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        #expect(try fixture.store().attachments().isEmpty)
    }
}
