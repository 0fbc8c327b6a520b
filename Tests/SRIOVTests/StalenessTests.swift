import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What is reclaimed of a runtime that moves VFs by itself and dies, and what is left alone.
@Suite struct StalenessTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let path = "/run/docker/netns/a"
    private static let settings = VFSettings(
        macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag(identifier: 100))

    private func fixture() throws -> EngineFixture {
        let fixture = try EngineFixture(SimulatedHost.withVFs(2))
        fixture.makeContainer(Self.path)
        return fixture
    }

    private func recover(_ fixture: EngineFixture) throws -> [RecoveryReport.Result] {
        try fixture.context().attachments.recover().entries.map(\.result)
    }

    private func expectPristine(_ fixture: EngineFixture, _ before: SimulatedKernel) throws {
        #expect(fixture.host.kernel.pristinePart.vfs == before.vfs)
        #expect(fixture.host.kernel.pristinePart.interfaces == before.interfaces)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aReservationIsKeptForFiveMinutes() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        fixture.pass(seconds: 299)
        #expect(try recover(fixture) == [])
        #expect(try fixture.record?.phase == .reserved)
        fixture.pass(seconds: 1)
        #expect(try recover(fixture) == [.broughtBack])
        try expectPristine(fixture, before)
    }

    @Test func aVFThatIsToBeMovedIsKeptForTwoMinutes() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        fixture.pass(seconds: 119)
        #expect(try recover(fixture) == [])
        fixture.pass(seconds: 1)
        #expect(try recover(fixture) == [.broughtBack])
        try expectPristine(fixture, before)
    }

    @Test func aVFInAContainerThatLivesIsKeptForEver() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path, Self.settings)
        fixture.pass(seconds: 1_000_000)
        let before = fixture.host.kernel
        #expect(try recover(fixture) == [])
        #expect(fixture.host.kernel == before)
        #expect(try fixture.record?.phase == .attached)
    }

    @Test func aVFThatArrivedUnseenIsAttachedByRecover() throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        try fixture.runtimeMoves(joined, to: Self.path)
        fixture.pass(seconds: 1_000_000)
        #expect(try recover(fixture) == [])
        #expect(try fixture.record?.phase == .attached)
    }

    @Test func aVFWhoseContainerVanishedIsBroughtBackAtOnce() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.start("e", in: Self.path, Self.settings)
        fixture.host.deleteNamespace(Self.path)
        #expect(try recover(fixture) == [.broughtBack])
        try expectPristine(fixture, before)
    }

    @Test func aContainerWithoutProcessesIsGivenUpAfterAMinute() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.start("e", in: Self.path, Self.settings)
        fixture.killProcesses(of: Self.path)
        #expect(try recover(fixture) == [])
        #expect(try fixture.record?.phase == .leaving)
        fixture.pass(seconds: 59)
        #expect(try recover(fixture) == [])
        fixture.pass(seconds: 1)
        #expect(try recover(fixture) == [.broughtBack])
        try expectPristine(fixture, before)
    }

    @Test func theNextRecoveryIsDueWhenTheFirstTimeoutRunsOut() throws {
        let fixture = try fixture()
        func next() throws -> Duration? { try fixture.context().attachments.recover().nextDeadline }
        #expect(try next() == nil)
        fixture.host.makeNamespace("/run/netns/a")
        try fixture.attach(.vf(1, for: "a"))
        #expect(try next() == nil)
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        fixture.pass(seconds: 100)
        #expect(try next() == .seconds(200))
        _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        #expect(try next() == .seconds(120))
        try fixture.context().handovers.leave(.docker("e"))
        fixture.pass(seconds: 1)
        #expect(try next() == .seconds(59))
        fixture.pass(seconds: 59)
        #expect(try next() == nil)
        #expect(
            try fixture.store().attachments().map(\.function) == [SimulatedHost.vfAddress(1)]
        )
    }

    @Test func aCNIAttachmentNeedsNoProcess() throws {
        let fixture = try fixture()
        fixture.host.makeNamespace("/run/netns/a")
        try fixture.attach(.vf(1, for: "a"))
        fixture.pass(seconds: 1_000_000)
        #expect(try recover(fixture) == [])
        #expect(try fixture.record?.phase == .attached)
    }

    @Test func aVFThatLeavesIsLeftToItsRuntimeForAMinute() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.start("e", in: Self.path, Self.settings)
        try fixture.context().handovers.leave(.docker("e"))
        try fixture.runtimeMovesBack(Self.vf, from: Self.path, as: "pf0v0")
        fixture.pass(seconds: 59)
        #expect(try recover(fixture) == [])
        fixture.pass(seconds: 1)
        #expect(try recover(fixture) == [.broughtBack])
        try expectPristine(fixture, before)
    }

    @Test func aVFThatWasToLeaveAndStayedIsAttachedAgain() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path, Self.settings)
        try fixture.context().handovers.leave(.docker("e"))
        fixture.pass(seconds: 60)
        #expect(try recover(fixture) == [])
        #expect(try fixture.record?.phase == .attached)
    }

    @Test func aNewEndpointTakesWhatIsProvablyStale() throws {
        let fixture = try fixture()
        try fixture.start("old", in: Self.path, Self.settings)
        fixture.host.deleteNamespace(Self.path)
        let reservation = try fixture.reserve("new", .address(Self.vf))
        #expect(reservation.link.name == "pf0v0")
        #expect(try fixture.store().attachments().map(\.owner) == [.docker("new")])
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.vlans == [])
    }

    @Test func theInventoryTellsWhatIsStaleAndWhy() throws {
        let fixture = try fixture()
        func staleness() throws -> [String?] {
            try fixture.context().inspector.inventory().virtualFunctions.map(
                \.occupancy.staleness?.description)
        }
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        #expect(try staleness() == [nil, nil])
        fixture.pass(seconds: 300)
        #expect(try staleness() == ["reserved, and never joined in 300 s", nil])
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))

        try fixture.start("e", in: Self.path, Self.settings)
        #expect(try staleness() == [nil, nil])
        fixture.host.deleteNamespace(Self.path)
        #expect(try staleness() == ["the network namespace \(Self.path) is gone", nil])
    }

    @Test func theInventoryTellsOfADeadWriterButNotOfOneAtWork() throws {
        let fixture = try fixture()
        fixture.host.makeNamespace("/run/netns/a")
        let victim = fixture.host.anotherProcess()
        victim.arm(.die(at: 20))
        #expect(throws: (any Error).self) { try fixture.attach(.vf(0, for: "a"), in: victim) }
        let context = try fixture.context()
        let dead = try context.inspector.inventory().virtualFunctions.first?.occupancy.staleness
        #expect(dead == .writerDied(.preparing))
        let locks = try AttachmentLocks(
            VirtualFunction(address: Self.vf), in: context.locks, deadline: Deadline(after: .zero))
        let alive = try context.inspector.inventory().virtualFunctions.first
        withExtendedLifetime(locks) {}
        #expect(alive?.occupancy.attachment?.phase == .preparing)
        #expect(alive?.occupancy.staleness == nil)
    }

    @Test func theInventoryBlamesNobodyWhoIsDoneMeanwhile() throws {
        let fixture = try fixture()
        fixture.host.makeNamespace("/run/netns/a")
        let victim = fixture.host.anotherProcess()
        victim.arm(.die(at: 20))
        #expect(throws: (any Error).self) { try fixture.attach(.vf(0, for: "a"), in: victim) }
        let record = try #require(try fixture.record)
        let store = AttachmentStore(path: fixture.statePath, boot: fixture.host.kernel.boot)
        let process = fixture.host.anotherProcess()
        // The records have been read by then.
        process.before(step: 3) { _ in try? store.remove(record) }
        let entry = try fixture.context(in: process).inspector.inventory().virtualFunctions.first
        #expect(process.faultWasReached)
        #expect(entry?.occupancy.attachment?.phase == .preparing)
        #expect(entry?.occupancy.staleness == nil)
    }

    @Test func theInventoryListsARecordWhoseVFIsGone() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path, Self.settings)
        fixture.host.withKernel { $0.removeVFs(of: SimulatedHost.pfAddress()) }
        let entries = try fixture.context().inspector.inventory().virtualFunctions
        #expect(entries.map(\.function.address) == [Self.vf])
        #expect(entries.first?.occupancy.staleness?.description == "VF 0000:01:10.0 is gone")
    }

    @Test func theInventoryTellsWhoHasAPFAsAWhole() throws {
        let fixture = try fixture()
        try fixture.start("e", in: Self.path, pf: SimulatedHost.pfAddress())
        let entry = try fixture.context().inspector.inventory().physicalFunctions.first
        #expect(entry?.occupancy.attachment?.owner == .docker("e"))
        #expect(entry?.occupancy.staleness == nil)
    }

    @Test(arguments: [AttachmentPhase.reserved, .joined, .attached, .leaving])
    func theRecordOfAVFThatIsGoneEnds(phase: AttachmentPhase) throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        if phase != .reserved {
            let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
            if phase != .joined {
                try fixture.runtimeMoves(joined, to: Self.path)
                _ = try fixture.context().handovers.confirm(.docker("e"))
            }
            if phase == .leaving { try fixture.context().handovers.leave(.docker("e")) }
        }
        #expect(try fixture.record?.phase == phase)
        fixture.host.withKernel { $0.unplug(SimulatedHost.pfAddress()) }
        #expect(try recover(fixture) == [.broughtBack])
        #expect(try fixture.store().attachments().isEmpty)
    }
}
