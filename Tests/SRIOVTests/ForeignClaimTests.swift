import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// VFs that another program has given away: what its notes tell is respected, and they count for no more than they tell.
@Suite struct ForeignClaimTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let other = SimulatedHost.vfAddress(1)
    private static let path = "/run/netns/a"

    /// The notes of the other program.
    private final class Notes: Sendable {
        private let claims: Mutex<[ForeignClaim]>

        init(_ claims: ForeignClaim...) { self.claims = Mutex(claims) }

        var present: [ForeignClaim] { claims.withLock { $0 } }

        func change(_ body: (inout [ForeignClaim]) -> Void) { claims.withLock { body(&$0) } }

        /// - Parameter process: Whose step it is to remove a note.
        func asked(in process: SimulatedHost? = nil) -> ForeignClaims {
            ForeignClaims(
                claim: { address in self.present.last { $0.virtualFunction == address } },
                claimOfOwner: { owner in
                    self.present.last { $0.savedState?.owners.contains(owner) ?? true }
                }, all: { self.present },
                forget: { claim in
                    try process?.step("remove a note")
                    self.change { $0.removeAll { $0 == claim } }
                })
        }
    }

    private func fixture() throws -> EngineFixture {
        let host = SimulatedHost.withVFs(2)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
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

    /// A VF that the other program has moved into container a, and what it has written down of that.
    ///
    /// - Parameter isInContainer: Whether it has moved it.
    private func claim(
        on function: PCIAddress = vf, _ fixture: EngineFixture, isInContainer: Bool = true
    ) -> ForeignClaim {
        let name: KernelText = function == Self.vf ? "pf0v0" : "pf0v1"
        if isInContainer {
            fixture.host.withKernel { kernel in
                kernel.change(function) {
                    $0.namespace = 1
                    $0.link.name = "net1"
                    $0.link.flags |= 1
                }
                kernel.vfs[function]?.info.vlans = [VLANTag(identifier: 7)]
            }
        }
        return ForeignClaim(
            program: "sriov-cni", path: "/var/lib/cni/sriov/net1", virtualFunction: function,
            namespacePath: Self.path,
            savedState: ForeignClaim.SavedState(
                owners: [.cni("a")], settings: VFSettings(vlan: VLANTag(identifier: 7)),
                interfaceName: "\(name)", macAddress: nil, mtu: nil,
                info: VFState(index: 0, spoofCheck: true, trust: false, linkState: .automatic)),
            problem: nil)
    }

    /// Whether what a process that died has done is written down, or all done: the VF is home with no VLAN.
    private func isRecordedOrDone(
        _ fixture: EngineFixture, since before: SimulatedKernel
    ) throws -> Bool {
        let kernel = fixture.host.kernel
        if try kernel.pristinePart == before || !fixture.store().attachments().isEmpty {
            return true
        }
        let vf = kernel.vfs[Self.vf]
        let interface = vf?.linkIndex.flatMap { kernel.interfaces[$0] }
        return interface?.namespace == 0 && interface?.link.name == "pf0v0" && vf?.info.vlans == []
    }

    // MARK: Attach

    /// A VF without interface is where it always is, so that only the claim tells that a container has it.
    @Test func aVFThatALivingContainerOfAnotherProgramHasIsNotTaken() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.bind(Self.vf, to: "vfio-pci") }
        let notes = Notes(claim(fixture, isInContainer: false))
        let before = fixture.host.kernel
        let refusal = error {
            try fixture.context(foreignClaims: notes.asked()).attachments.attach(.vf(0, for: "b")) {
                _ in
            }
        }
        #expect(refusal?.code == .inUse)
        #expect(
            refusal?.message
                == "VF 0000:01:10.0 is in use: sriov-cni holds it for cni sriov-net a/net1 in /run/netns/a"
        )
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().isEmpty)
        #expect(notes.present.count == 1)
    }

    @Test func whatALivingContainerOfAnotherProgramHasIsNotFree() throws {
        let fixture = try fixture()
        let notes = Notes(
            claim(fixture, isInContainer: false),
            claim(on: Self.other, fixture, isInContainer: false))
        let any = VFSelection.anyOf(physicalFunction: SimulatedHost.pfAddress())
        let context = try fixture.context(foreignClaims: notes.asked())
        #expect(
            try context.inspector.availability(of: any, countsFree: true)
                == .exhausted("pf0 has no free VF among its 2"))
        notes.change { $0.removeFirst() }
        #expect(try context.inspector.availability(of: any, countsFree: true) == .available)
    }

    /// Whoever dies on the way back has written the way back down: what has changed has a record.
    @Test func aLeftoverThatIsBroughtBackHasARecordFirst() throws {
        for step in 1... {
            let fixture = try fixture()
            let notes = Notes(claim(fixture))
            fixture.host.deleteNamespace(Self.path, heldBy: "/proc/4711/ns/net")
            fixture.host.withKernel { $0.moveInterface(of: Self.vf, to: "/proc/self/ns/net") }
            let process = fixture.host.anotherProcess()
            let before = fixture.host.kernel.pristinePart
            process.arm(.die(at: step))
            try? fixture.context(in: process, foreignClaims: notes.asked(in: process))
                .attachments.attach(.vf(0, for: "b")) { _ in }
            guard process.faultWasReached else { break }
            #expect(try isRecordedOrDone(fixture, since: before), "step \(step)")
        }
    }

    // MARK: Detach

    @Test func aClaimOnOneVFIsNoReasonToTakeAnother() throws {
        let fixture = try fixture()
        _ = claim(fixture)
        var claim = claim(on: Self.other, fixture, isInContainer: false)
        claim.savedState = nil
        claim.problem = "cannot be read"
        let notes = Notes(claim)
        let before = fixture.host.kernel
        _ = try fixture.context(foreignClaims: notes.asked()).attachments.detach(.vf(0, of: "a"))
        #expect(fixture.host.kernel == before)
    }

    @Test func aClaimOnAVFThatHasARecordByNowDoesNotCount() throws {
        let fixture = try fixture()
        let notes = Notes(claim(fixture, isInContainer: false))
        try fixture.attach(.vf(0, for: "b", .full))
        let before = fixture.host.kernel
        _ = try fixture.context(foreignClaims: notes.asked())
            .attachments.detach(DetachRequest(owner: .cni("a"), namespacePath: Self.path))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().map(\.owner) == [.cni("b")])
        #expect(notes.present == [])
    }

    @Test func aClaimThatIsDetachedHasARecordFirst() throws {
        for step in 1... {
            let fixture = try fixture()
            let notes = Notes(claim(fixture))
            let process = fixture.host.anotherProcess()
            let before = fixture.host.kernel.pristinePart
            process.arm(.die(at: step))
            _ = try? fixture.context(in: process, foreignClaims: notes.asked(in: process))
                .attachments.detach(.vf(0, of: "a"))
            guard process.faultWasReached else { break }
            #expect(try isRecordedOrDone(fixture, since: before), "step \(step)")
        }
    }

    // MARK: Import

    private func importAll(_ fixture: EngineFixture, _ notes: Notes) throws -> [ImportReport
        .Result]
    {
        try fixture.context(foreignClaims: notes.asked()).attachments.importAttachments(
            isDryRun: false
        )
        .entries.map(\.result)
    }

    @Test func aVFThatSomebodyWorksOnIsNotImported() throws {
        let fixture = try fixture()
        let notes = Notes(claim(fixture))
        var locks: AttachmentLocks? = try AttachmentLocks(
            VirtualFunction(address: Self.vf, physicalFunction: SimulatedHost.pfAddress()),
            in: LockDirectory(path: fixture.directory + "/locks"),
            deadline: Deadline(after: .zero))
        #expect(
            try importAll(fixture, notes)
                == [.refused("another process works on 0000:01:10.0")])
        #expect(try fixture.store().attachments().isEmpty)
        #expect(notes.present.count == 1)
        withExtendedLifetime(locks) {}
        locks = nil
        #expect(try importAll(fixture, notes) == [.imported])
        #expect(notes.present == [])
    }

    @Test func aClaimThatALaterOneHasReplacedIsNotImported() throws {
        let fixture = try fixture()
        let claim = claim(fixture)
        var later = claim
        later.path = "/var/lib/cni/sriov/net2"
        later.savedState?.owners = [.cni("b")]
        let notes = Notes(claim, later)
        #expect(
            try importAll(fixture, notes)
                == [.refused("it is being changed just now"), .imported])
        #expect(try fixture.store().attachments().map(\.owner) == [.cni("b")])
        #expect(notes.present == [claim])
    }

    @Test func aClaimOnAVFOfAnotherOwnerIsNotDropped() throws {
        let fixture = try fixture()
        let notes = Notes(claim(fixture, isInContainer: false))
        try fixture.attach(.vf(0, for: "b"))
        #expect(
            try importAll(fixture, notes)
                == [.refused("VF 0000:01:10.0 belongs to cni sriov-net b/net1 by now")])
        #expect(notes.present.count == 1)
    }
}
