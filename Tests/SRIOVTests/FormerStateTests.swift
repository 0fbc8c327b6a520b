import Glibc
import LinuxSystem
import SQLite
import Synchronization
import Testing

@testable import SRIOV

/// What the version before has left is taken over by the first program that writes.
@Suite final class FormerStateTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    private var paths: StatePaths {
        StatePaths(
            state: fixture.directory + "/run/state.db",
            networks: fixture.directory + "/lib/networks.db",
            leases: fixture.directory + "/lib/leases", former: fixture.directory + "/lib/state.db")
    }

    private var store: AttachmentStore { AttachmentStore(paths: paths, boot: StoreFixture.boot) }

    private var network: NetworkRecord {
        NetworkRecord(frontEnd: "docker", identifier: "n", definition: "{}", created: 17)
    }

    private func record(
        _ number: Int, boot: BootIdentity = StoreFixture.boot
    ) throws -> Attachment {
        var attachment = try Attachment.sample(number, boot: boot)
        // The version before did not know of it.
        attachment.hasLease = false
        attachment.phase = .attached
        return attachment
    }

    private func expected(_ number: Int, _ phase: AttachmentPhase = .attached) throws -> Attachment
    {
        var attachment = try record(number)
        attachment.hasLease = true
        attachment.phase = phase
        return attachment
    }

    /// Makes a file as the version before had it: everything in one, durable, without a boot mark.
    private func makeFormer(at path: String, withNote: Bool = false) throws {
        try makeDirectories(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        #expect(mknod(path, S_IFREG | 0o600, 0) == 0)
        var file = try StateFile(
            path: path, isEmpty: true, access: .readWrite, durability: .machine, schema: .former
        ) {}
        try file.write { database, _ in
            try self.record(1).insertFormer(into: database)
            try self.record(2).insertFormer(into: database)
            try self.record(3, boot: StoreFixture.earlierBoot).insertFormer(into: database)
            try NetworkRow(self.network).insert(into: database)
        }
        if withNote {
            try InProgressMarkers(directory: path + "-work").write(.detaching, of: try record(2))
        }
    }

    private func check(_ store: AttachmentStore, second: AttachmentPhase = .attached) throws {
        #expect(try store.attachments() == [try expected(1), try expected(2, second)])
        #expect(
            try store.leasesOfOtherBoots().attachments.map(\.function)
                == [try record(3).function])
        #expect(try store.networks(of: "docker") == [network])
    }

    @Test func everythingIsFoundWhereItBelongs() throws {
        try makeFormer(at: try #require(paths.former), withNote: true)
        try check(store, second: .detaching)
        #expect(
            try directoryNames(fixture.directory + "/lib").sorted() == [
                "leases", "networks.db", "networks.db-journal",
            ])
        // A second program finds it all done.
        try check(store, second: .detaching)
    }

    @Test func networksAloneAreFoundToo() throws {
        try makeFormer(at: try #require(paths.former))
        #expect(try store.networks(of: nil) == [network])
        try check(store)
    }

    @Test func leasesAloneAreFoundToo() throws {
        try makeFormer(at: try #require(paths.former))
        #expect(try store.leasesOfOtherBoots().attachments.count == 1)
        try check(store)
    }

    @Test func aFileOfAPathGivenByHandStaysWhereItIs() throws {
        try makeFormer(at: fixture.path, withNote: true)
        try check(fixture.store, second: .detaching)
        #expect(
            try directoryNames(fixture.directory).sorted() == [
                "state.db", "state.db-boot", "state.db-journal", "state.db-leases",
                "state.db-networks", "state.db-networks-journal", "state.db-work",
            ])
        try check(fixture.store, second: .detaching)
    }

    /// A program of the version before that was at work when the new one came may still write its file.
    @Test func whatIsWrittenLaterIsTakenOverLater() throws {
        try makeFormer(at: try #require(paths.former))
        try check(store)
        try makeFormer(at: try #require(paths.former))
        try check(store)
        #expect(access(try #require(paths.former), F_OK) != 0)
    }

    @Test func aVFThatIsWorkedOnIsWaitedFor() throws {
        try makeFormer(at: try #require(paths.former), withNote: true)
        let locks = LockDirectory(path: fixture.directory + "/locks")
        let record = try record(2)
        let result = Mutex<Result<[Attachment], any Error>?>(nil)
        let thread: VerbThread
        do {
            let held = try AttachmentLocks(
                VirtualFunction(
                    address: record.function, physicalFunction: record.physicalFunction),
                in: locks, deadline: Deadline(after: .zero))
            let store = AttachmentStore(paths: paths, boot: StoreFixture.boot, locks: locks)
            thread = VerbThread {
                let found = Result { try store.attachments() }
                result.withLock { $0 = found }
            }
            // Its work ends: the note goes, then the lock.
            try InProgressMarkers(directory: try #require(paths.former) + "-work")
                .erase(record.function)
            withExtendedLifetime(held) {}
        }
        thread.join()
        let found = try #require(result.withLock { $0 })
        #expect(try found.get() == [try expected(1), try expected(2)])
    }

    @Test func aFileThatIsNoneIsRefusedAndLeft() throws {
        try makeDirectories(fixture.directory + "/lib")
        try fixture.write([UInt8](repeating: 0x61, count: 4096), to: "lib/state.db")
        #expect(throws: StoreError.self) { try store.attachments() }
        #expect(try fixture.bytes(of: "lib/state.db").count == 4096)
    }
}
