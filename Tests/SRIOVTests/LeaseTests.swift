import Glibc
import LinuxSystem
import SRIOV
import SimulatedHost
import Testing

/// What attachments hold beyond the boot, and what a boot makes of the files of another.
@Suite final class LeaseTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    private var leases: String { fixture.path + "-leases" }

    private var names: [String] { (try? directoryNames(leases).sorted()) ?? [] }

    private func earlier() throws -> AttachmentStore {
        AttachmentStore(path: fixture.path, boot: StoreFixture.earlierBoot)
    }

    @Test func aLeaseIsThereAsLongAsTheRecord() throws {
        let attachment = try Attachment.sample(1)
        try fixture.store.insert(attachment)
        #expect(names == ["\(StoreFixture.boot.rawValue)-0000:01:00.1"])
        #expect(fixture.mode(of: leases) == 0o700)
        #expect(fixture.mode(of: "\(leases)/\(names[0])") == 0o600)
        // It is of this boot.
        #expect(try fixture.store.leasesOfOtherBoots().attachments == [])
        try fixture.store.remove(attachment)
        #expect(names == [])
    }

    @Test func whatHoldsNothingHasNoLease() throws {
        var attachment = try Attachment.sample(1)
        attachment.hasLease = false
        try fixture.store.insert(attachment)
        #expect(try fixture.store.attachments() == [attachment])
        #expect(names == [])
    }

    /// After a loss of power anything may be in the file of before, which was never synchronised.
    @Test(arguments: [[], [0x61], [UInt8](repeating: 0x61, count: 8192)])
    func aFileOfAnotherBootIsVoidWhateverIsInIt(bytes: [UInt8]) throws {
        try earlier().insert(try .sample(1, boot: StoreFixture.earlierBoot))
        try fixture.write(bytes)
        try fixture.write([1, 2, 3], to: "state.db-journal")
        #expect(try fixture.store.attachments() == [])
        let live = try Attachment.sample(1)
        try fixture.store.insert(live)
        #expect(try fixture.store.attachments() == [live])
        #expect(
            try fixture.store.leasesOfOtherBoots().attachments.map(\.boot)
                == [StoreFixture.earlierBoot])
    }

    @Test func aReaderChangesNothingOfAnotherBoot() throws {
        try earlier().insert(try .sample(1, boot: StoreFixture.earlierBoot))
        let before = try fixture.bytes()
        let reader = AttachmentStore(
            path: fixture.path, boot: StoreFixture.boot, access: .readOnly)
        #expect(try reader.attachments() == [])
        #expect(try fixture.bytes() == before)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", "{\"boot\":\"../../x\"}",
    ])
    func aDamagedLeaseIsToldAndHindersNoOther(text: String) throws {
        try earlier().insert(try .sample(1, boot: StoreFixture.earlierBoot))
        try earlier().insert(try .sample(2, boot: StoreFixture.earlierBoot))
        let broken = "\(leases)/\(names[0])"
        let file = try Descriptor(opening: broken, flags: O_WRONLY | O_TRUNC)
        try file.write(Array(text.utf8), subject: broken)
        let found = try fixture.store.leasesOfOtherBoots()
        #expect(found.attachments.map(\.index) == [2])
        #expect(found.damaged.map(\.path) == [broken])
        try fixture.store.remove(try #require(found.damaged.first))
        #expect(try fixture.store.leasesOfOtherBoots().damaged == [])
        #expect(names.count == 1)
    }

    /// One that says it is another's would let a record of that be dropped.
    @Test func aLeaseUnderAnotherNameIsDamaged() throws {
        try earlier().insert(try .sample(1, boot: StoreFixture.earlierBoot))
        #expect(rename("\(leases)/\(names[0])", "\(leases)/x") == 0)
        #expect(try fixture.store.leasesOfOtherBoots().attachments == [])
        #expect(try fixture.store.leasesOfOtherBoots().damaged.count == 1)
    }

    @Test func aRecordThatCouldNotBeDroppedKeepsItsLease() throws {
        let attachment = try Attachment.sample(1)
        for step in 1... {
            try fixture.store.insert(attachment)
            let store = fixture.store(dyingAt: step)
            do {
                try store.remove(attachment)
                #expect(step > 2)
                break
            } catch is StoreFixture.Death {
                #expect(try fixture.store.attachments() == [attachment], "step \(step)")
                #expect(
                    access(fixture.path + "-leases/" + leaseName(attachment), F_OK) == 0,
                    "step \(step)")
                try fixture.store.remove(attachment)
            }
        }
        #expect(try fixture.store.attachments() == [])
        #expect(access(fixture.path + "-leases/" + leaseName(attachment), F_OK) != 0)
    }

    private func leaseName(_ attachment: Attachment) -> String {
        "\(attachment.boot.rawValue)-\(attachment.function)"
    }

    @Test func aLeaseOfAWriterAtWorkStays() throws {
        let host = SimulatedHost.withVFs(2)
        let boot = host.kernel.boot
        let store = AttachmentStore(path: fixture.path, boot: boot)
        let orphan = try Attachment.sample(1, boot: boot).about(
            .function(SimulatedHost.vfAddress(0)))
        try store.insert(orphan)
        try fixture.execute("DELETE FROM attachments")
        let locks = LockDirectory(path: fixture.directory + "/locks")
        let context = try Context(
            host: host, store: store, locks: locks, releaseFrontEnd: { _ in }, warn: { _ in })
        let held = try AttachmentLocks(
            VirtualFunction(address: SimulatedHost.vfAddress(0)), in: locks,
            deadline: Deadline(after: .zero))
        _ = try? context.attachments.recover()
        // Whoever has the lock may be about to write the record.
        #expect(names.contains { $0.hasSuffix("0000:01:10.0") })
        withExtendedLifetime(held) {}
    }

    /// A writer dies after the lease and before the record, or the other way round at the end.
    @Test func aLeaseOfADeadWriterGoes() throws {
        let host = SimulatedHost.withVFs(1)
        let store = AttachmentStore(path: fixture.path, boot: host.kernel.boot)
        try store.insert(try .sample(1, boot: host.kernel.boot))
        try fixture.execute("DELETE FROM attachments")
        let context = try Context(
            host: host, store: store,
            locks: LockDirectory(path: fixture.directory + "/locks"), releaseFrontEnd: { _ in },
            warn: { _ in })
        #expect(names.count == 1)
        #expect(try context.attachments.recover().entries.isEmpty)
        #expect(names == [])
    }

    @Test func theDraftOfAnotherBootGoes() throws {
        try fixture.store.insert(try .sample(1))
        try fixture.write([1], to: "state.db-leases/.\(StoreFixture.earlierBoot.rawValue)-x")
        try fixture.write([1], to: "state.db-leases/.\(StoreFixture.boot.rawValue)-y")
        _ = try fixture.store.leasesOfOtherBoots()
        #expect(
            names == [
                ".\(StoreFixture.boot.rawValue)-y", "\(StoreFixture.boot.rawValue)-0000:01:00.1",
            ])
    }

    /// The draft of a writer that died is no lease.
    @Test func aDraftIsNoLease() throws {
        try fixture.store.insert(try .sample(1))
        try fixture.write([1], to: "state.db-leases/.draft")
        #expect(try fixture.store.leasesOfOtherBoots().damaged == [])
    }
}
