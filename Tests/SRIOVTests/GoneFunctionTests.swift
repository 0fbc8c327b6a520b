import Foundation
import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Records whose VF is gone end, and never at the cost of whoever has the address now.
@Suite struct GoneFunctionTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let pf = SimulatedHost.pfAddress()

    /// How VFs go.
    enum Event: CaseIterable, Sendable {
        case vfsAreRemoved, cardIsUnplugged, vfsAreMadeAnew, cardIsPluggedAgain

        /// Whether there is a function at the address afterwards.
        var leavesAFunction: Bool { self == .vfsAreMadeAnew || self == .cardIsPluggedAgain }

        func happen(on kernel: inout SimulatedKernel) {
            switch self {
            case .vfsAreRemoved: kernel.removeVFs(of: pf)
            case .cardIsUnplugged: kernel.unplug(pf)
            case .vfsAreMadeAnew:
                kernel.removeVFs(of: pf)
                kernel.addVFs(2, to: pf)
            case .cardIsPluggedAgain:
                kernel.unplug(pf)
                kernel.addPF(bus: 1, name: "pf0", vfs: 2, driver: .igb, isUp: true)
            }
        }
    }

    /// A host with two VFs, of which container a has the first with everything set.
    private func attached() throws -> EngineFixture {
        let host = SimulatedHost.withVFs(2)
        for name in ["a", "b", "c"] { host.makeNamespace("/run/netns/\(name)") }
        let fixture = try EngineFixture(host)
        try fixture.attach(.vf(0, for: "a", .full))
        return fixture
    }

    /// The machine but for how long processes waited.
    private func state(_ fixture: EngineFixture) -> SimulatedKernel {
        var kernel = fixture.host.kernel
        kernel.waits = []
        return kernel
    }

    private func expectNothingLeft(_ fixture: EngineFixture) throws {
        let records = try fixture.store().attachments()
        #expect(records.isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
        #expect(fixture.warnings == [])
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    @Test(
        arguments: Event.allCases,
        [
            AttachmentPhase.preparing, .reserved, .joined, .attached, .leaving, .detaching,
            .restoring,
        ])
    func recoverDropsTheRecord(event: Event, phase: AttachmentPhase) throws {
        for isNamespaceGone in [false, true] {
            let fixture = try attached()
            try fixture.changeRecord { $0.phase = phase }
            fixture.host.withKernel(event.happen)
            if isNamespaceGone { fixture.host.deleteNamespace("/run/netns/a") }
            let before = state(fixture)
            let report = try fixture.context().attachments.recover()
            #expect(report.entries.map(\.result) == [.broughtBack])
            #expect(state(fixture) == before)
            try expectNothingLeft(fixture)
            if event.leavesAFunction { try fixture.attach(.vf(0, for: "b", .full)) }
        }
    }

    @Test(arguments: Event.allCases)
    func aRecoveryThatDiesIsFinishedByTheNext(event: Event) throws {
        for step in 1... {
            let fixture = try attached()
            fixture.host.withKernel(event.happen)
            fixture.host.arm(.die(at: step))
            _ = try? fixture.context().attachments.recover()
            let died = fixture.host.faultWasReached
            fixture.host.arm(.none)
            _ = try fixture.context().attachments.recover()
            try expectNothingLeft(fixture)
            if !died {
                #expect(step > 1)
                break
            }
        }
    }

    /// The owner comes again, for another VF, and the function of its record is not on the bus any more.
    @Test func anOwnerWhoseFunctionIsGoneGetsAnother() throws {
        for isNamespaceGone in [false, true] {
            let fixture = try attached()
            fixture.host.withKernel { kernel in
                if let index = kernel.vfs.removeValue(forKey: Self.vf)?.linkIndex {
                    kernel.interfaces[index] = nil
                }
                kernel.pfs[Self.pf]?.function.virtualFunctions[0] = nil
            }
            if isNamespaceGone {
                fixture.host.deleteNamespace("/run/netns/a")
                fixture.host.makeNamespace("/run/netns/a")
            }
            try fixture.attach(.vf(1, for: "a", .full))
            #expect(
                try fixture.store().attachments().map(\.function)
                    == [SimulatedHost.vfAddress(1)])
            #expect(fixture.warnings == [])
        }
    }

    @Test(arguments: Event.allCases)
    func detachDropsTheRecordToo(event: Event) throws {
        let fixture = try attached()
        fixture.host.withKernel(event.happen)
        let before = state(fixture)
        try fixture.detach(
            DetachRequest(
                owner: .cni("a"), virtualFunction: Self.vf, namespacePath: "/run/netns/a"))
        #expect(state(fixture) == before)
        try expectNothingLeft(fixture)
    }

    @Test func anAddressThatIsNotTakenBackKeepsTheRecord() throws {
        let fixture = try attached()
        fixture.host.withKernel(Event.vfsAreMadeAnew.happen)
        let before = state(fixture)
        // The state file is written once before the address is given back.
        fixture.host.arm(.fail(at: try stepsBeforeRelease()))
        let report = try fixture.context().attachments.recover()
        #expect(!report.isComplete)
        let records = try fixture.store().attachments()
        #expect(records.count == 1)
        #expect(state(fixture) == before)
        fixture.host.arm(.none)
        let next = try fixture.context().attachments.recover()
        #expect(next.isComplete)
        try expectNothingLeft(fixture)
    }

    /// At which step of a recovery the address is given back.
    private func stepsBeforeRelease() throws -> Int {
        for step in 1... {
            let fixture = try attached()
            fixture.host.withKernel(Event.vfsAreMadeAnew.happen)
            fixture.host.arm(.fail(at: step))
            let report = try? fixture.context().attachments.recover()
            if case .incomplete(let failures) = report?.entries.first?.result,
                failures.contains(where: { $0.contains("release address") })
            {
                return step
            }
        }
        preconditionFailure("the loop ends by returning")
    }

    @Test(arguments: [Event.vfsAreMadeAnew, .cardIsPluggedAgain])
    func theNextOwnerGetsTheNewVF(event: Event) throws {
        let fixture = try attached()
        fixture.host.withKernel(event.happen)
        let context = try fixture.context()
        let pool = VFSelection.anyOf(physicalFunction: Self.pf)
        try fixture.attach(.vf(1, for: "b"))
        let availability = try context.inspector.availability(of: pool, countsFree: true)
        #expect(availability == .available)
        try fixture.attach(
            AttachRequest(
                owner: .cni("c"), selection: pool, settings: .full,
                namespacePath: "/run/netns/c", frontEndData: "{}"))
        let records = try fixture.store().attachments()
        #expect(records.map(\.owner.container).sorted() == ["b", "c"])
        #expect(fixture.leases.withLock { $0.map(\.container).sorted() } == ["b", "c"])
    }

    @Test(arguments: [Event.vfsAreMadeAnew, .cardIsPluggedAgain])
    func theOldOwnerMayHaveItAgain(event: Event) throws {
        let fixture = try attached()
        fixture.host.withKernel(event.happen)
        try fixture.attach(.vf(0, for: "a", .full))
        let check = try fixture.context().attachments.check(.cni("a"))
        #expect(check.findings == [])
        try fixture.detach(DetachRequest(owner: .cni("a"), virtualFunction: Self.vf))
        try expectNothingLeft(fixture)
    }

    @Test(arguments: [Event.vfsAreMadeAnew, .cardIsPluggedAgain])
    func checkSaysThatItIsAnother(event: Event) throws {
        let fixture = try attached()
        fixture.host.withKernel(event.happen)
        let check = try fixture.context().attachments.check(.cni("a"))
        #expect(
            check.findings.map(\.description) == [
                "VF 0000:01:10.0 is gone, and another has its address"
            ])
    }

    @Test(arguments: [Event.vfsAreMadeAnew, .cardIsPluggedAgain])
    func aRuntimeIsNotHandedTheNewVF(event: Event) throws {
        let fixture = try EngineFixture(SimulatedHost.withVFs(2))
        fixture.makeContainer("/run/docker/netns/a")
        let owner = AttachmentOwner.docker("e")
        _ = try fixture.reserve("e", .address(Self.vf), .full)
        fixture.host.withKernel(event.happen)
        let before = state(fixture)
        let refusal = error {
            _ = try fixture.context().handovers.join(owner, sandbox: "/run/docker/netns/a")
        }
        #expect(refusal?.message == "VF 0000:01:10.0 is gone, and another has its address")
        // Nor is what happens to the new one taken for the runtime's work.
        try fixture.changeRecord { $0.phase = .joined }
        fixture.host.withKernel { kernel in
            kernel.moveInterface(of: Self.vf, to: "/run/docker/netns/a")
            kernel.change(Self.vf) { $0.link.flags |= 1 }
        }
        let confirmed = try fixture.context().handovers.confirm(owner)
        #expect(confirmed?.phase == .joined)
        #expect(state(fixture) != before)
        let moved = state(fixture)
        let report = try fixture.context().attachments.recover()
        #expect(report.entries.map(\.result) == [.broughtBack])
        #expect(state(fixture) == moved)
        try expectNothingLeft(fixture)
    }

    @Test func theNewVFsMayBeRemoved() throws {
        let fixture = try attached()
        fixture.host.withKernel(Event.vfsAreMadeAnew.happen)
        let parent = try #require(try fixture.host.physicalFunction(at: Self.pf))
        let plan = try fixture.context().node.resizePlan(parent, to: 0)
        #expect(plan.obstacles == [])
        _ = try fixture.context().node.resize(parent, to: 0, force: false)
        try expectNothingLeft(fixture)
    }

    @Test(arguments: [Event.vfsAreMadeAnew, .cardIsPluggedAgain])
    func whatSomebodyDoesWithTheNewVFIsLeftAlone(event: Event) throws {
        let uses: [@Sendable (inout SimulatedKernel) -> Void] = [
            { $0.moveInterface(of: Self.vf, to: "/run/netns/b") },
            { $0.moveInterface(of: Self.vf, to: "/run/netns/a") },
            { $0.bind(Self.vf, to: "vfio-pci") },
            {
                $0.change(Self.vf) {
                    $0.link.name = "uplink"
                    $0.link.flags |= 1
                    $0.link.controllerIndex = 1
                }
            },
        ]
        for use in uses {
            let fixture = try attached()
            fixture.host.withKernel(event.happen)
            fixture.host.withKernel(use)
            let before = state(fixture)
            let report = try fixture.context().attachments.recover()
            #expect(report.entries.map(\.result) == [.broughtBack])
            #expect(state(fixture) == before)
            try expectNothingLeft(fixture)
        }
    }

    // MARK: What proves nothing

    /// What may happen to the very VF that was attached, while its namespace lives.
    enum Doubt: CaseIterable, Sendable {
        case interfaceIsMovedHome, driverIsBoundAnew, vfIsReset

        func happen(on kernel: inout SimulatedKernel) {
            switch self {
            case .interfaceIsMovedHome: kernel.change(vf) { $0.namespace = 0 }
            case .driverIsBoundAnew:
                kernel.bind(vf, to: kernel.vfs[vf]?.function.driver, named: "eth3")
            case .vfIsReset: kernel.vfs[vf]?.hasBeenUp = false
            }
        }
    }

    @Test(arguments: Doubt.allCases)
    func aVFThatIsTheSameStaysItsOwners(doubt: Doubt) throws {
        let fixture = try attached()
        fixture.host.withKernel(doubt.happen)
        let before = state(fixture)
        let report = try fixture.context().attachments.recover()
        #expect(report.entries.isEmpty)
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
        #expect(state(fixture) == before)
        let records = try fixture.store().attachments()
        #expect(records.map(\.phase) == [.attached])
        try fixture.detach(DetachRequest(owner: .cni("a"), virtualFunction: Self.vf))
        try expectNothingLeft(fixture)
    }

    @Test func aRecordOfAnOlderVersionProvesNothing() throws {
        let fixture = try attached()
        try fixture.changeRecord { $0.functionInstance = nil }
        fixture.host.withKernel(Event.vfsAreMadeAnew.happen)
        let report = try fixture.context().attachments.recover()
        #expect(report.entries.isEmpty)
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
        fixture.host.deleteNamespace("/run/netns/a")
        let next = try fixture.context().attachments.recover()
        #expect(next.entries.map(\.result) == [.broughtBack])
        try expectNothingLeft(fixture)
    }
}

/// What tells one device from the next at the same address.
@Suite struct FunctionInstanceTests {
    @Test func theNumberIsThatOfTheDirectory() throws {
        let tree = try SysfsTree()
        try tree.addFunction("0000:01:10.0")
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let address = try #require(PCIAddress("0000:01:10.0"))
        let directory = try FileIdentity(of: "\(tree.root.path)/bus/pci/devices/0000:01:10.0")
        #expect(inventory.functionInstance(at: address) == directory.inode)
        let other = try #require(PCIAddress("0000:01:10.2"))
        #expect(inventory.functionInstance(at: other) == nil)
    }
}
