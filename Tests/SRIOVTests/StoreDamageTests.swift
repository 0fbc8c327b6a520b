import Glibc
import LinuxSystem
import SRIOV
import Testing

/// A state file that is none, or damaged: it is refused with its path and the reason, and left alone.
@Suite final class StoreDamageTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    /// Requires that reading and writing are refused with a reason, and that the file is as before.
    private func expectRefusal(
        _ reason: String, _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try fixture.bytes()
        let error = StoreError.unusable(path: fixture.path, reason: reason)
        expectRefusal(error, sourceLocation)
        #expect(try fixture.bytes() == before, sourceLocation: sourceLocation)
    }

    private func expectRefusal(
        _ error: StoreError, _ sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let reader = AttachmentStore(
            path: fixture.path, boot: StoreFixture.boot, access: .readOnly)
        #expect(throws: error, sourceLocation: sourceLocation) { try reader.attachments() }
        #expect(throws: error, sourceLocation: sourceLocation) {
            try fixture.store.attachments()
        }
        #expect(throws: error, sourceLocation: sourceLocation) {
            try fixture.store.insert(try .sample(9))
        }
        #expect(throws: error, sourceLocation: sourceLocation) { try fixture.store.export() }
    }

    private func expectRefusalOfKind(_ reason: String) {
        expectRefusal(.unusable(path: fixture.path, reason: reason))
    }

    @Test func directoryIsRefused() throws {
        #expect(mkdir(fixture.path, 0o755) == 0)
        expectRefusalOfKind("not a regular file")
        #expect(try directoryNames(fixture.path) == [])
    }

    @Test func fifoIsRefusedWithoutWaiting() throws {
        #expect(mkfifo(fixture.path, 0o644) == 0)
        expectRefusalOfKind("not a regular file")
        #expect(try directoryNames(fixture.directory) == ["state.db"])
    }

    @Test func socketIsRefused() throws {
        #expect(mknod(fixture.path, S_IFSOCK | 0o644, 0) == 0)
        expectRefusalOfKind("not a regular file")
    }

    @Test func deviceIsRefusedAndKeepsItsMode() throws {
        #expect(symlink("/dev/null", fixture.path) == 0)
        expectRefusalOfKind("not a regular file")
        #expect(fixture.mode(of: "/dev/null") == 0o666)
        #expect(try directoryNames(fixture.directory) == ["state.db"])
    }

    @Test func linkThatLeadsNowhereIsRefused() throws {
        #expect(symlink(fixture.directory + "/elsewhere", fixture.path) == 0)
        expectRefusalOfKind("a symbolic link that leads nowhere")
        #expect(try directoryNames(fixture.directory) == ["state.db"])
    }

    @Test func linkInALoopIsRefused() throws {
        #expect(symlink("state.db", fixture.path) == 0)
        expectRefusalOfKind("cannot be opened: too many levels of symbolic links (ELOOP)")
    }

    @Test func linkToTheFileLeadsToIt() throws {
        #expect(mkdir(fixture.directory + "/real", 0o755) == 0)
        let real = AttachmentStore(
            path: fixture.directory + "/real/state.db", boot: StoreFixture.boot)
        try real.insert(try .sample(1))
        #expect(symlink("real/state.db", fixture.path) == 0)
        try fixture.store.insert(try .sample(2))
        #expect(try real.attachments() == [try .sample(1), try .sample(2)])
    }

    @Test func pathThroughAFileIsRefused() throws {
        try fixture.write([1], to: "state.db")
        let path = fixture.path + "/state.db"
        let error = StoreError.unusable(
            path: path, reason: "cannot be opened: not a directory (ENOTDIR)")
        let store = AttachmentStore(path: path, boot: StoreFixture.boot)
        #expect(throws: error) { try store.attachments() }
        #expect(throws: error) { try store.insert(try .sample()) }
    }

    @Test func emptyFileIsFilledAndClosedToOthers() throws {
        try fixture.write([])
        #expect(chmod(fixture.path, 0o644) == 0)
        #expect(try fixture.store.attachments() == [])
        #expect(try fixture.bytes() == [])
        try fixture.store.insert(try .sample())
        #expect(try fixture.store.attachments() == [try .sample()])
        #expect(fixture.mode(of: fixture.path) == 0o600)
    }

    @Test(arguments: [
        Array("{\"attachments\": []}\n".utf8), [0], [UInt8](repeating: 0, count: 8192),
        Array("SQLite format 3".utf8),
        Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0xff, count: 5000),
    ])
    func whatIsNoDatabaseIsRefused(_ bytes: [UInt8]) throws {
        try fixture.write(bytes)
        try expectRefusal("file is not a database")
    }

    @Test func fileCutAnywhereIsRefused() throws {
        for number in 1...9 { try fixture.store.insert(try .sample(number)) }
        let whole = try fixture.bytes()
        #expect(whole.count > 20_000)
        for length in stride(from: 16, to: whole.count, by: 1016) + [4096, 8192, whole.count - 1] {
            try fixture.write(Array(whole[..<length]))
            #expect(throws: StoreError.self, "\(length)") { try fixture.store.attachments() }
            #expect(throws: StoreError.self, "\(length)") {
                try fixture.store.insert(try .sample(9))
            }
            #expect(try fixture.bytes() == Array(whole[..<length]), "\(length)")
        }
    }

    @Test func laterVersionIsRefused() throws {
        try fixture.store.insert(try .sample())
        try fixture.execute("PRAGMA user_version = 7")
        expectRefusal(.newer(path: fixture.path, version: 7, supported: 3))
    }

    @Test func databaseOfAnotherProgramIsRefused() throws {
        try fixture.store.insert(try .sample())
        try fixture.execute("PRAGMA application_id = 252006674")
        expectRefusal(.foreign(path: fixture.path, applicationID: 252_006_674))
    }

    @Test func databaseWithoutAMarkIsRefused() throws {
        try fixture.write([])
        try fixture.execute("CREATE TABLE attachments (id INTEGER PRIMARY KEY)")
        expectRefusal(.foreign(path: fixture.path, applicationID: 0))
    }

    @Test func missingTableIsRefused() throws {
        try fixture.store.insert(try .sample())
        try fixture.execute("DROP TABLE attachments")
        try expectRefusal("no such table: attachments")
    }

    @Test func missingColumnIsRefused() throws {
        try fixture.store.insert(try .sample())
        try fixture.execute("ALTER TABLE attachments DROP COLUMN pf")
        for call in [
            { try self.fixture.store.insert(try .sample()) },
            { _ = try self.fixture.store.attachments() },
        ] as [() throws -> Void] {
            #expect {
                try call()
            } throws: { error in
                guard case StoreError.unusable(_, let reason) = error else { return false }
                return reason.contains("column") && reason.contains("pf")
            }
        }
    }

    @Test(arguments: [
        ("", -3_750_763_034_362_895_579), ("{", -5_808_528_285_851_576_134),
        ("{}", 645_223_143_103_797_797),
    ])
    func recordThatIsNoAttachmentIsRefused(_ record: String, _ checksum: Int) throws {
        try fixture.store.insert(try .sample())
        try fixture.execute("UPDATE attachments SET record = '\(record)', checksum = \(checksum)")
        let before = try fixture.bytes()
        let error = #expect(throws: StoreError.self) { try fixture.store.attachments() }
        #expect(
            "\(try #require(error))".hasPrefix(
                "state file \(fixture.path): the record of 0000:01:00.1 is damaged: "))
        #expect(try fixture.bytes() == before)
    }

    @Test(arguments: [
        "record = replace(record, 'net1', 'net2')", "checksum = checksum + 1",
        "address = '0000:01:00.2'", "boot = '5b1c0f0e-0000-4000-8000-000000000001', pf = NULL",
        "phase = 'attached'", "container = 'other'", "created = 1", "record = x'ff'",
    ])
    func recordThatDisagreesWithItselfIsRefused(_ change: String) throws {
        try fixture.store.insert(try .sample(1))
        try fixture.execute("UPDATE attachments SET \(change)")
        let before = try fixture.bytes()
        let error = #expect(throws: StoreError.self) { try fixture.store.attachments() }
        let address = change.contains("00.2") ? "0000:01:00.2" : "0000:01:00.1"
        #expect(
            "\(try #require(error))"
                == "state file \(fixture.path): the record of \(address) is damaged")
        #expect(try fixture.bytes() == before)
    }

    @Test func damagedIndexDoesNotHideARecord() throws {
        try fixture.store.insert(try .sample(1))
        // In the row, in its record, and in the index that finds it.
        var bytes = try fixture.bytes()
        let needle = Array("0000:01:00.1".utf8)
        let places = bytes.indices.filter { bytes[$0...].starts(with: needle) }
        #expect(places.count >= 3)
        for place in places {
            bytes[place + 11] = UInt8(ascii: "7")
            try fixture.write(bytes)
            #expect(throws: StoreError.self) {
                try fixture.store.attachment(of: try Attachment.sample(1).function)
            }
            #expect(throws: StoreError.self) { try fixture.store.insert(try .sample(1)) }
            bytes[place + 11] = UInt8(ascii: "1")
        }
    }

    @Test func flippedBytesAreHarmlessOrRefused() throws {
        let records = try (1...3).map { try Attachment.sample($0) }
        for record in records { try fixture.store.insert(record) }
        let whole = try fixture.bytes()
        var seed: UInt64 = 0x5eed
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let used = whole.indices.filter { whole[$0] != 0 }
        var refused = 0
        for round in 0..<3000 {
            var bytes = whole
            // Most of the file is empty: look for its contents more often than not.
            let place = round % 4 == 0 ? random(whole.count) : used[random(used.count)]
            bytes[place] ^= UInt8(1 + random(255))
            try fixture.write(bytes)
            do {
                let store = fixture.store
                let found = try store.attachments()
                #expect(found == records, "byte \(place) is \(bytes[place])")
                for record in records {
                    #expect(try store.attachment(of: record.owner) == record, "byte \(place)")
                    #expect(
                        try store.attachment(of: record.function) == record,
                        "byte \(place)")
                }
            } catch is StoreError {
                refused += 1
                #expect(try fixture.bytes() == bytes, "byte \(place)")
            }
        }
        #expect(refused > 1000)
    }

    @Test func hugeRecordSurvives() throws {
        var attachment = try Attachment.sample()
        attachment.frontEndData = String(repeating: "0123456789abcdef", count: 1 << 16)
        try fixture.store.insert(attachment)
        #expect(try fixture.store.attachment(of: attachment.owner) == attachment)
        try fixture.store.remove(attachment)
        #expect(try fixture.store.attachments() == [])
    }
}
