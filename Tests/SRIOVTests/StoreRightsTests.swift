import Glibc
import LinuxSystem
import SQLite
import SRIOV
import Testing

/// What the store does where the kernel refuses: rights, and room. Each in a process of its own.
@Suite(.enabled(if: geteuid() == 0, "needs root to give up its rights"))
final class StoreRightsTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    @Test func unprivilegedReaderIsRefused() async throws {
        try fixture.store.insert(try .sample())
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            let error = try #require(throws: StoreError.self) { try store.attachments() }
            try #require(error == .notPermitted(path: path, errno: .accessDenied))
            try #require("\(error)" == "state file \(path): permission denied (EACCES)")
        }
    }

    @Test func unprivilegedReaderIsRefusedBehindAClosedDirectory() async throws {
        try fixture.store.insert(try .sample())
        #expect(chmod(fixture.directory, 0o700) == 0)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            let error = try #require(throws: StoreError.self) { try store.attachments() }
            try #require(error == .notPermitted(path: path, errno: .accessDenied))
        }
    }

    @Test func readerWithoutRightsWaitsForNoDeadWriter() async throws {
        try fixture.store.insert(try .sample(1))
        #expect(chmod(fixture.path, 0o644) == 0)
        #expect(chmod(fixture.path + "-journal", 0o644) == 0)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = fixture.path as String] in
            let database = try SQLiteDatabase(path: path, access: .readWrite)
            // So little memory that the change is in the file before its commit.
            try database.execute("PRAGMA cache_size = 1")
            try database.execute("BEGIN IMMEDIATE")
            try database.execute("UPDATE attachments SET record = hex(randomblob(100000))")
            try database.execute("DELETE FROM attachments")
            kill(getpid(), SIGKILL)
        }
        #expect(try !fixture.bytes(of: "state.db-journal").isEmpty)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            let error = try #require(throws: StoreError.self) { try store.attachments() }
            try #require(
                "\(error)" == "state file \(path): a writer died amid a change, "
                    + "which the next command of root takes back")
        }
        #expect(try fixture.store.attachments() == [try .sample(1)])
    }

    @Test func readerOfAnEarlierVersionsFileIsToldWhatUpgradesIt() async throws {
        try fixture.makeFormer(try .sample(hasLease: false))
        #expect(chmod(fixture.path, 0o644) == 0)
        let before = try fixture.bytes()
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            let error = try #require(throws: StoreError.self) { try store.attachments() }
            try #require(error == .older(path: path, version: 2, supported: 3))
            try #require(
                "\(error)" == "state file \(path): written by an earlier version (schema 2, "
                    + "this program reads 3); any vfmap command run as root upgrades it")
        }
        #expect(try fixture.bytes() == before)
        #expect(try fixture.store.attachments() == [try .sample(hasLease: false)])
    }

    @Test func readerThatTheFileIsOpenedToReads() async throws {
        try fixture.store.insert(try .sample())
        #expect(chmod(fixture.path, 0o644) == 0)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            try #require(try store.attachments() == [try .sample()])
        }
        try fixture.store.update(try .sample())
        #expect(fixture.mode(of: fixture.path) == 0o644)
    }

    /// Notes are to be seen by who may read the file, whatever the umask was; where somebody has closed their directory,
    /// the phase in the file is what is known.
    @Test func readerThatTheFileIsOpenedToReadsNotes() async throws {
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            umask(0o077)
            try AttachmentStore(path: path, boot: StoreFixture.boot)
                .insert(try .sample(), becoming: .attached)
        }
        #expect(chmod(fixture.path, 0o644) == 0)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            try #require(try store.attachments() == [try .sample()])
        }
        #expect(chmod(fixture.path + "-work", 0o700) == 0)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot, access: .readOnly)
            try #require(try store.attachments().map(\.phase) == [.attached])
        }
    }

    @Test func fileWithoutTheRightToReadIsUnusableForAWriter() async throws {
        try fixture.store.insert(try .sample())
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let error = StoreError.unusable(
                path: path, reason: "cannot be opened: permission denied (EACCES)")
            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
            #expect(throws: error) { try store.attachments() }
            #expect(throws: error) { try store.insert(try .sample(2)) }
        }
    }

    @Test func fileWithoutTheRightToWriteIsOnlyRead() async throws {
        try fixture.store.insert(try .sample())
        #expect(chmod(fixture.path, 0o444) == 0)
        #expect(chmod(fixture.directory, 0o777) == 0)
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
            let error = StoreError.unusable(
                path: path, reason: "write to \(path): permission denied (EACCES)")
            #expect(try store.attachments() == [try .sample()])
            #expect(throws: error) { try store.insert(try .sample(2)) }
            #expect(throws: error) { try store.remove(try .sample()) }
            #expect(try store.attachments() == [try .sample()])
        }
    }

    @Test func directoryWithoutTheRightToWriteIsOnlyRead() async throws {
        try fixture.store.insert(try .sample())
        #expect(chmod(fixture.path, 0o666) == 0)
        #expect(unlink(fixture.path + "-journal") == 0)
        await #expect(processExitsWith: .success) {
            [path = fixture.path as String, directory = fixture.directory as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
            let error = StoreError.unusable(
                path: path, reason: "write to \(directory)/: permission denied (EACCES)")
            #expect(try store.attachments() == [try .sample()])
            #expect(throws: error) { try store.insert(try .sample(2)) }
            #expect(try store.attachments() == [try .sample()])
        }
    }

    @Test func fileThatMayNotBeMadeIsAnError() async throws {
        await #expect(processExitsWith: .success) {
            [path = fixture.path as String, directory = fixture.directory as String] in
            try Privilege.drop()
            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
            #expect(
                throws: StoreError.unusable(
                    path: path, reason: "make \(path)-boot: permission denied (EACCES)")
            ) { try store.insert(try .sample()) }
            let inner = AttachmentStore(path: directory + "/a/state.db", boot: StoreFixture.boot)
            #expect(
                throws: StoreError.unusable(
                    path: directory + "/a/state.db",
                    reason: "make directory \(directory)/a: permission denied (EACCES)")
            ) { try inner.insert(try .sample()) }
        }
        #expect(try directoryNames(fixture.directory) == [])
    }

    @Test func fullDiskChangesNothingUntilThereIsRoom() async throws {
        await #expect(processExitsWith: .success) {
            [path = fixture.path as String, directory = fixture.directory as String] in
            try mountSmallDisk(on: directory)
            try Descriptor(opening: directory + "/ballast", flags: O_WRONLY | O_CREAT)
                .write([UInt8](repeating: 1, count: 1 << 17), subject: "ballast")
            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
            let full = StoreError.unusable(path: path, reason: "database or disk is full")
            var written: [Attachment] = []
            let error = try #require(throws: StoreError.self) {
                for number in 1...200 {
                    var attachment = try Attachment.sample(number)
                    attachment.frontEndData = String(repeating: "x", count: 5000)
                    attachment.hasLease = false
                    try store.insert(attachment)
                    written.append(attachment)
                }
            }
            try #require(error == full)
            try #require(written.count > 20)
            try #require(try store.attachments() == written)
            // Not even a journal fits now.
            try fillDisk(directory + "/filler")

            var changed = written[0]
            changed.phase = .attached
            let more = try Attachment.sample(201, hasLease: false)
            #expect(throws: full) { try store.insert(more) }
            // No room for a lease is an error too, before there is a record.
            #expect(throws: StoreError.self) { try store.insert(try .sample(202)) }
            #expect(throws: full) { try store.update(changed) }
            #expect(throws: full) { try store.remove(written[1]) }
            let other = AttachmentStore(path: path, boot: StoreFixture.boot)
            try #require(try store.attachments() == written)
            try #require(try other.attachments() == written)

            try #require(unlink(directory + "/ballast") == 0)
            try store.update(changed)
            try other.remove(written[1])
            try store.insert(written[1])
            written[0] = changed
            try #require(try other.attachments() == written)
        }
    }
}

/// Mounts a file system of 512 KiB that only this process sees; it goes with it.
private func mountSmallDisk(on directory: String) throws {
    // The declaration is behind _GNU_SOURCE.
    let symbol = try #require(dlsym(nil, "unshare"))
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
    let newMountNamespace: Int32 = 0x20000
    try systemCall("unshare", on: "mounts") { unshare(newMountNamespace) }
    try systemCall("make private", on: "/") {
        mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil)
    }
    try systemCall("mount", on: directory) { mount("none", directory, "tmpfs", 0, "size=512k") }
}

/// Writes a file until nothing fits any more.
private func fillDisk(_ path: String) throws {
    let file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT)
    do throws(SystemCallError) {
        while true { try file.write([UInt8](repeating: 1, count: 512), subject: path) }
    } catch {
        guard error.errno == .noSpace else { throw error }
    }
}
