import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Nobody takes what is another's: not a VF that somebody works on, has, or lives by.
@Suite struct OwnershipTests {
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

    /// What another process holds that works on a VF.
    private func locks(_ function: PCIAddress, _ fixture: EngineFixture) throws -> AttachmentLocks {
        try AttachmentLocks(
            VirtualFunction(address: function, physicalFunction: Self.pf),
            in: LockDirectory(path: fixture.directory + "/locks"),
            deadline: Deadline(after: .zero))
    }

    // MARK: Work that is under way

    @Test func aVFThatSomebodyWorksOnIsNotAttached() throws {
        let fixture = try fixture()
        let locks = try locks(Self.vf, fixture)
        let before = fixture.host.kernel
        let refusal = error { try fixture.attach(.vf(0, for: "a")) }
        #expect(refusal?.code == .inUse)
        #expect(
            refusal?.message
                == "0000:01:10.0 is being worked on by another process, waited 0.05 seconds")
        #expect(fixture.host.kernel == before)
        withExtendedLifetime(locks) {}
    }

    @Test func anotherVFIsTakenThanTheOneThatSomebodyWorksOn() throws {
        let fixture = try fixture()
        let locks = try locks(Self.vf, fixture)
        var request = AttachRequest.vf(0, for: "a")
        request.selection = .anyOf(physicalFunction: Self.pf)
        try fixture.attach(request)
        #expect(try fixture.store().attachments().map(\.function) == [Self.other])
        withExtendedLifetime(locks) {}
    }

    @Test(arguments: ["join", "confirmHandover", "leave"])
    func aHandoverWaitsForWhoWorksOnItsVF(verb: String) throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e")
        if verb != "join" {
            _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        }
        let phase = try fixture.record?.phase
        let locks = try locks(Self.vf, fixture)
        let refusal = error {
            switch verb {
            case "join": _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
            case "confirmHandover": _ = try fixture.context().handovers.confirm(.docker("e"))
            default: try fixture.context().handovers.leave(.docker("e"))
            }
        }
        #expect(refusal?.code == .inUse)
        #expect(try fixture.record?.phase == phase)
        withExtendedLifetime(locks) {}
    }

    @Test func recoveryLeavesAVFToWhoWorksOnIt() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        try fixture.changeRecord { $0.phase = .detaching }
        let locks = try locks(Self.vf, fixture)
        let before = fixture.host.kernel
        #expect(try fixture.context().attachments.recover().entries.map(\.result) == [.busy])
        #expect(fixture.host.kernel == before)
        #expect(try fixture.record?.phase == .detaching)
        withExtendedLifetime(locks) {}
    }

    @Test func aPFIsNotGivenAwayAsAWholeWhileSomebodyWorksOnAVF() throws {
        let fixture = try fixture()
        let locks = try locks(Self.vf, fixture)
        let before = fixture.host.kernel
        #expect(error { _ = try fixture.reserve("e", .address(Self.pf)) }?.code == .inUse)
        #expect(fixture.host.kernel == before)
        #expect(try fixture.record == nil)
        withExtendedLifetime(locks) {}
    }

    @Test func anOwnersOtherVFIsLeftToWhoWorksOnIt() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.deleteNamespace(Self.path)
        fixture.host.makeNamespace(Self.path)
        let locks = try locks(Self.vf, fixture)
        #expect(error { try fixture.attach(.vf(1, for: "a")) }?.code == .inUse)
        #expect(try fixture.store().attachments().map(\.function) == [Self.vf])
        withExtendedLifetime(locks) {}
    }

    /// Who waits for the whole PF keeps others out, but not who has a part of it already: each would wait for the other.
    @Test func anOwnersOtherVFIsBroughtBackWhileSomebodyWaitsForThePF() throws {
        for step in 1... {
            let fixture = try fixture()
            try fixture.attach(.vf(0, for: "a"))
            fixture.host.deleteNamespace(Self.path)
            fixture.host.makeNamespace(Self.path)
            let lock = fixture.directory + "/locks/0000:01:00.0.lock"
            let isDone = Mutex(false)
            fixture.host.before(step: step) { _ in
                Thread.detachNewThread {
                    _ = try? FileLock(
                        path: lock, mode: .exclusive, deadline: Deadline(after: .seconds(60)))
                    isDone.withLock { $0 = true }
                }
                // Until it waits, or has had the lock and is done.
                while !isDone.withLock({ $0 }),
                    (try? FileLock(path: lock, mode: .shared, deadline: Deadline(after: .zero)))
                        != nil
                { sched_yield() }
            }
            #expect(error { try fixture.attach(.vf(1, for: "a")) } == nil, "step \(step)")
            #expect(
                try fixture.store().attachments().map(\.function) == [Self.other],
                "step \(step)")
            guard fixture.host.faultWasReached else { break }
            while !isDone.withLock({ $0 }) { sched_yield() }
        }
    }

    // MARK: What somebody has

    @Test func thePlanOfAnAttachNamesWhoHasTheVF() throws {
        let fixture = try fixture()
        // Its interface is in the host, so that only the record tells.
        _ = try fixture.reserve("e")
        let refusal = error { _ = try fixture.context().attachments.plan(.vf(0, for: "b")) }
        #expect(refusal?.code == .inUse)
        #expect(refusal?.message == "VF 0000:01:10.0 is reserved to docker n1 e in the host")
    }

    @Test func ofAnyVFsTheOneThatTheHostUsesIsPassedOver() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.change(Self.vf) { $0.link.controllerIndex = 99 }
        }
        var request = AttachRequest.vf(0, for: "a")
        request.selection = .anyOf(physicalFunction: Self.pf)
        try fixture.attach(request)
        #expect(try fixture.store().attachments().map(\.function) == [Self.other])
    }

    @Test func theHostsOwnNamespaceIsNoContainer() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel
        var request = AttachRequest.vf(0, for: "a")
        request.namespacePath = "/proc/self/ns/net"
        #expect(error { try fixture.attach(request) }?.code == .invalidNamespace)
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test(arguments: ["", ".", "a/b", "sixteen-letters-"])
    func aNameThatNoInterfaceCanHaveIsRefused(name: String) throws {
        let fixture = try fixture()
        let before = fixture.host.kernel
        var request = AttachRequest.vf(0, for: "a")
        request.owner.interfaceName = name
        let refusal = error { try fixture.attach(request) }
        #expect(refusal?.code == .invalidRequest)
        #expect(refusal?.message == "\"\(name)\" cannot be the name of an interface")
        #expect(fixture.host.kernel == before)
    }

    @Test func anInterfaceWithAddressesIsNotTakenWhereNothingTellsAVFFromTheHostsCard() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.vfs[Self.vf]?.function.physicalFunction = nil
            kernel.vfs[Self.vf]?.function.index = nil
        }
        let hostNamespace = try fixture.host.hostNamespace()
        let link = try #require(
            try fixture.host.link(of: Self.vf, expectedName: nil, in: hostNamespace))
        let network = try #require(IPNetwork("192.0.2.7/24"))
        try fixture.host.addAddress(InterfaceAddress(network: network), to: link, in: hostNamespace)
        let before = fixture.host.kernel
        let refusal = error { try fixture.attach(.vf(0, for: "a")) }
        #expect(refusal?.code == .obstructed)
        #expect(
            refusal?.message
                == "PCI function 0000:01:10.0 is not known to be a virtual function, and its pf0v0 "
                + "has the host's address 192.0.2.7/24")
        #expect(fixture.host.kernel == before)
    }

    // MARK: A record that comes while its owner is detached

    @Test func anAttachmentThatIsMadeWhileTheFrontEndReleasesIsUndoneToo() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel
        let calls = Mutex(0)
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a"))) { _ in
            let isFirst = calls.withLock {
                $0 += 1
                return $0 == 1
            }
            if isFirst { try fixture.context().attachments.attach(.vf(1, for: "a")) { _ in } }
        }
        #expect(calls.withLock { $0 } == 2)
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.host.kernel.pristinePart.vfs == before.pristinePart.vfs)
    }

    // MARK: The phases of a handover

    @Test func aVFThatIsInItsContainerIsNotJoinedAgain() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path)
        let refusal = error {
            _ = try fixture.context().handovers.join(.docker("e"), sandbox: "/run/netns/b")
        }
        #expect(refusal?.code == .inUse)
        #expect(refusal?.message == "VF 0000:01:10.0 is attached to docker n1 e")
        #expect(try fixture.record?.namespace?.path == Self.path)
    }

    @Test func aVFThatLeavesIsNotJoinedAgain() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path)
        try fixture.context().handovers.leave(.docker("e"))
        try fixture.runtimeMovesBack(Self.vf, from: Self.path, as: "pf0v0")
        #expect(
            error { _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path) }?
                .code
                == .inUse)
        #expect(try fixture.record?.phase == .leaving)
    }

    @Test func aVFThatLeavesIsNotSettled() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path)
        try fixture.context().handovers.leave(.docker("e"))
        #expect(try fixture.context().handovers.confirm(.docker("e"))?.phase == .leaving)
        #expect(try fixture.record?.phase == .leaving)
    }

    @Test(arguments: [AttachmentPhase.preparing, .detaching, .restoring])
    func unfinishedWorkDoesNotLeave(phase: AttachmentPhase) throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path)
        try fixture.changeRecord { $0.phase = phase }
        try fixture.context().handovers.leave(.docker("e"))
        #expect(try fixture.record?.phase == phase)
    }

    @Test func aVFThatLeavesIsNotAttachedAgainAtOnce() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path)
        try fixture.context().handovers.leave(.docker("e"))
        fixture.pass(seconds: 59)
        #expect(try fixture.context().attachments.recover().entries.isEmpty)
        #expect(try fixture.record?.phase == .leaving)
    }

    @Test func theHostIsNoSandboxToHaveArrivedIn() throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e")
        _ = try fixture.context().handovers.join(.docker("e"), sandbox: "/proc/self/ns/net")
        fixture.host.withKernel { kernel in
            kernel.change(Self.vf) { $0.link.flags |= 1 }
        }
        #expect(try fixture.context().handovers.confirm(.docker("e"))?.phase == .joined)
        #expect(try fixture.record?.phase == .joined)
    }
}
