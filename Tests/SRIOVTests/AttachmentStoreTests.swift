import Glibc
import JSON
import LinuxSystem
import SQLite
import SRIOV
import Testing

@Suite final class AttachmentStoreTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    @Test func recordSurvivesInEveryField() throws {
        let attachment = try Attachment.sample()
        try fixture.store.insert(attachment)
        #expect(try fixture.store.attachment(of: attachment.function) == attachment)
        #expect(try fixture.store.attachment(of: attachment.owner) == attachment)
    }

    @Test func updateReplacesTheRecord() throws {
        let store = fixture.store
        var attachment = try Attachment.sample()
        try store.insert(attachment)
        attachment.phase = .attached
        attachment.frontEndData = nil
        try store.update(attachment)
        #expect(try fixture.store.attachments() == [attachment])
    }

    @Test func removedRecordIsGone() throws {
        let store = fixture.store
        let attachment = try Attachment.sample()
        try store.insert(attachment)
        try store.remove(attachment)
        #expect(try fixture.store.attachments() == [])
        #expect(try store.attachment(of: attachment.owner) == nil)
    }

    @Test func takenFunctionIsRefusedWithItsHolder() throws {
        let holder = try Attachment.sample(1)
        try fixture.store.insert(holder)
        let late = try Attachment.sample(1, container: "late")
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(late)
        }
        #expect(try fixture.store.attachments() == [holder])
    }

    @Test func takenInterfaceOfAnOwnerIsRefusedWithItsHolder() throws {
        let holder = try Attachment.sample(1)
        try fixture.store.insert(holder)
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(try Attachment.sample(2, container: "c1"))
        }
    }

    @Test func wholePFIsRefusedWhileAVFIsTaken() throws {
        let holder = try Attachment.sample(1)
        try fixture.store.insert(holder)
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(try Attachment.passthrough("0000:01:00.0"))
        }
        try fixture.store.insert(try Attachment.passthrough("0000:02:00.0"))
    }

    @Test func vfIsRefusedWhileItsPFIsTakenAsAWhole() throws {
        let holder = try Attachment.passthrough("0000:01:00.0")
        try fixture.store.insert(holder)
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(try Attachment.sample(1))
        }
    }

    @Test func changingAVanishedRecordFails() throws {
        let attachment = try Attachment.sample()
        let error = StoreError.vanished(
            owner: attachment.owner, virtualFunction: attachment.function)
        #expect(throws: error) { try fixture.store.update(attachment) }
        #expect(throws: error) { try fixture.store.remove(attachment) }
    }

    @Test func anotherOwnersRecordIsNotChanged() throws {
        let holder = try Attachment.sample(1)
        try fixture.store.insert(holder)
        let stale = try Attachment.sample(1, container: "stale")
        let error = StoreError.vanished(
            owner: stale.owner, virtualFunction: stale.function)
        #expect(throws: error) { try fixture.store.update(stale) }
        #expect(throws: error) { try fixture.store.remove(stale) }
        #expect(try fixture.store.attachments() == [holder])
    }

    @Test func recordsOfAnEarlierBootAreVoid() throws {
        let void = try Attachment.sample(1, boot: StoreFixture.earlierBoot)
        try AttachmentStore(path: fixture.path, boot: StoreFixture.earlierBoot).insert(void)
        let store = fixture.store
        #expect(try store.attachments() == [])
        #expect(try store.attachment(of: void.function) == nil)
        #expect(try store.attachment(of: void.owner) == nil)
        #expect(
            try store.attachments(
                ofPhysicalFunction: try #require(void.physicalFunction)) == [])
        let live = try Attachment.sample(1)
        try store.insert(live)
        #expect(try store.attachments() == [live])
        #expect(try store.leasesOfOtherBoots().attachments == [void])
        try store.remove(void)
        #expect(try store.leasesOfOtherBoots().attachments == [])
        #expect(try store.attachments() == [live])
    }

    @Test func listsAreSortedByAddress() throws {
        let store = fixture.store
        for number in [3, 300, 1, 2] { try store.insert(try Attachment.sample(number)) }
        let fourth = try Attachment.sample(4)
        let stray = fourth.about(
            .virtualFunction(
                fourth.function, of: try #require(PCIAddress("0000:02:00.0")), index: 4))
        try store.insert(stray)
        #expect(try store.attachments().map(\.index) == [1, 2, 3, 4, 300])
        let function = try #require(PCIAddress("0000:01:00.0"))
        #expect(
            try store.attachments(ofPhysicalFunction: function).map(\.index) == [1, 2, 3, 300])
    }

    @Test func emptyAndOddTextSurvives() throws {
        var attachment = try Attachment.sample()
        attachment.owner.network = nil
        attachment.owner.interfaceName = nil
        attachment.owner.container = "a'b\"c\u{0}d;--é"
        try fixture.store.insert(attachment)
        #expect(try fixture.store.attachment(of: attachment.owner) == attachment)
    }

    @Test func readingMakesNoFile() throws {
        #expect(try fixture.store.attachments() == [])
        #expect(try fixture.store.leasesOfOtherBoots().attachments == [])
        #expect(try directoryNames(fixture.directory) == [])
    }

    @Test func firstInsertMakesDirectoryAndFile() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        let path = fixture.directory + "/a/b/state.db"
        try AttachmentStore(path: path, boot: StoreFixture.boot).insert(try .sample())
        #expect(fixture.mode(of: fixture.directory + "/a/b") == 0o755)
        #expect(fixture.mode(of: path) == 0o600)
        #expect(fixture.mode(of: path + "-journal") == 0o600)
    }

    @Test func aFileIsMadeWithItsPagesAndKeepsItsJournal() throws {
        try fixture.store.insert(try .sample())
        #expect(try pragma("page_size") == "8192")
        // The mode of the journal is the connection's: one that is emptied stays.
        #expect(
            try directoryNames(fixture.directory).sorted() == [
                "state.db", "state.db-boot", "state.db-journal", "state.db-leases",
            ])
        #expect(try fixture.bytes(of: "state.db-journal").isEmpty)
    }

    @Test func aFileWithOtherPagesStaysAsItIs() throws {
        try fixture.store.insert(try .sample(1))
        try fixture.execute("PRAGMA page_size = 4096", "VACUUM")
        try fixture.store.insert(try .sample(2))
        #expect(try fixture.store.attachments().count == 2)
        #expect(try fixture.integrity() == "ok")
        #expect(try pragma("page_size") == "4096")
    }

    @Test func aFileWithAWriteAheadLogIsTakenOver() throws {
        try fixture.store.insert(try .sample(1))
        try fixture.execute("PRAGMA journal_mode = wal")
        #expect(try pragma("journal_mode") == "wal")
        try fixture.store.insert(try .sample(2))
        #expect(try fixture.store.attachments().count == 2)
        #expect(try pragma("journal_mode") == "delete")
        #expect(
            try directoryNames(fixture.directory).sorted() == [
                "state.db", "state.db-boot", "state.db-journal", "state.db-leases",
            ])
    }

    @Test func theSchemasVersionIsTheNumberOfItsSteps() {
        #expect(StateSchema.current.steps.count == Int(StateSchema.current.version))
    }

    @Test func anUpdateWithAnotherTimeOfMakingIsReadable() throws {
        var attachment = try Attachment.sample()
        try fixture.store.insert(attachment)
        attachment.created += 1
        try fixture.store.update(attachment)
        #expect(try fixture.store.attachments() == [attachment])
    }

    /// As another connection sees it.
    private func pragma(_ name: String) throws -> String {
        let database = try SQLiteDatabase(path: fixture.path, access: .readOnly)
        var statement = try database.prepare("PRAGMA \(name)")
        return try statement.step() ? statement.text(0) : ""
    }

    @Test func failureAtAnyCallChangesNothing() throws {
        let operations: [(String, @Sendable (AttachmentStore) throws -> Void)] = [
            ("insert", { try $0.insert(try .sample(2)) }),
            (
                "update",
                {
                    var changed = try Attachment.sample(1)
                    changed.phase = .attached
                    try $0.update(changed)
                }
            ),
            ("remove", { try $0.remove(try .sample(1)) }),
        ]
        for (name, operation) in operations {
            do {
                let fixture = try StoreFixture()
                defer { fixture.delete() }
                let before = [try Attachment.sample(1)]
                try fixture.store.insert(before[0])
                for call in 1... {
                    let store = fixture.store(dyingAt: call)
                    do {
                        try operation(store)
                        // The statement and the commit; an insert writes a lease too.
                        #expect(call == (name == "insert" ? 4 : 3), "\(name)")
                        #expect(try fixture.store.attachments() != before, "\(name)")
                        break
                    } catch is StoreFixture.Death {
                        #expect(try fixture.store.attachments() == before, "\(name) \(call)")
                        #expect(try store.attachments() == before, "\(name) \(call)")
                    }
                }
            }
        }
    }

    @Test func failureWhileTheFileIsMadeLeavesAnEmptyOne() throws {
        for call in 1... {
            let store = fixture.store(dyingAt: call)
            do {
                try store.insert(try .sample())
                // Six statements, application id, version, record, lease and commit.
                #expect(call == 12)
                break
            } catch is StoreFixture.Death {
                #expect(try fixture.store.attachments() == [])
            }
        }
        #expect(try fixture.store.attachments() == [try .sample()])
    }

    @Test func exportShowsAllBoots() throws {
        try AttachmentStore(path: fixture.path, boot: StoreFixture.earlierBoot)
            .insert(try .sample(1, boot: StoreFixture.earlierBoot))
        try fixture.store.insert(try .sample(2))
        let text = try fixture.store.export()
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            Issue.record("no object: \(text)")
            return
        }
        let document = JSONObject(members)
        #expect(document.value("schema") == .integer(3))
        #expect(document.value("boot") == .string(StoreFixture.boot.rawValue))
        let records = try document.objects("attachments")
        #expect(
            try records.map { try $0.object("subject")?.string("address") } == [
                "0000:01:00.1", "0000:01:00.2",
            ])
        #expect(try records.map { try $0.boolean("void") } == [true, false])
        #expect(text.hasPrefix("{\n  \"attachments\" : [\n    {\n      \"boot\" : \"5b1c"))
        #expect(try fixture.store.export() == text)
    }

    @Test func exportOfNothingIsAnEmptyList() throws {
        #expect(
            try fixture.store.export() == """
                {
                  "attachments" : [

                  ],
                  "boot" : "5b1c0f0e-0000-4000-8000-000000000001",
                  "networks" : [

                  ],
                  "schema" : 3
                }
                """)
    }

    @Test func exportShowsNetworksWithTheirDefinitions() throws {
        let store = fixture.store
        for (frontEnd, identifier, definition) in [
            ("docker", "n2", #"{"vlan":100}"#), ("docker", "n1", "no JSON"), ("a", "n3", "[]"),
        ] {
            try store.insert(
                NetworkRecord(
                    frontEnd: frontEnd, identifier: identifier, definition: definition, created: 7))
        }
        guard case .object(let members) = try JSONValue(parsing: Array(store.export().utf8)) else {
            Issue.record("no object")
            return
        }
        let document = JSONObject(members)
        let networks = try document.objects("networks")
        #expect(try networks.map { try $0.string("identifier") } == ["n3", "n1", "n2"])
        #expect(
            networks.map { $0.value("definition") } == [
                .array([]), .string("no JSON"), .object(["vlan": .integer(100)]),
            ])
    }

    @Test func fileDeletedUnderAnOpenStoreIsMadeAnew() throws {
        let store = fixture.store
        try store.insert(try .sample(1))
        for name in try directoryNames(fixture.directory) { unlink(fixture.directory + "/" + name) }
        #expect(try store.attachments() == [])
        try store.insert(try .sample(2))
        #expect(try fixture.store.attachments() == [try .sample(2)])
    }
}
