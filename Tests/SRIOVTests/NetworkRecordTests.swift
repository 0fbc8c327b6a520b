import LinuxSystem
import SQLite
import SRIOV
import Testing

/// Networks of runtimes in the state file.
@Suite final class NetworkRecordTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    private func network(_ identifier: String, _ definition: String = "{}") -> NetworkRecord {
        NetworkRecord(
            frontEnd: "docker", identifier: identifier, definition: definition, created: 17)
    }

    @Test func networksOutliveProcessAndBoot() throws {
        try fixture.store.insert(network("b", #"{"vlan":"100"}"#))
        try fixture.store.insert(network("a"))
        let later = AttachmentStore(path: fixture.path, boot: .init(rawValue: "another boot"))
        #expect(try later.networks(of: "docker").map(\.identifier) == ["a", "b"])
        #expect(try later.network("b", of: "docker") == network("b", #"{"vlan":"100"}"#))
        #expect(try later.networks(of: "other") == [])
    }

    @Test func theSameNetworkMayBeMadeTwiceAndAnotherOneNot() throws {
        try fixture.store.insert(network("a"))
        try fixture.store.insert(network("a"))
        #expect(throws: StoreError.networkExists(identifier: "a")) {
            try fixture.store.insert(network("a", #"{"vlan":"1"}"#))
        }
        #expect(try fixture.store.network("a", of: "docker")?.definition == "{}")
    }

    @Test func removalTellsWhetherThereWasOne() throws {
        #expect(try fixture.store.removeNetwork("a", of: "docker") == false)
        try fixture.store.insert(network("a"))
        #expect(try fixture.store.removeNetwork("a", of: "docker"))
        #expect(try fixture.store.networks(of: "docker") == [])
    }

    @Test func withoutAFileThereAreNoNetworks() throws {
        #expect(try fixture.store.networks(of: "docker") == [])
        #expect(try fixture.store.network("a", of: "docker") == nil)
    }

    @Test func aDamagedDefinitionIsRefused() throws {
        try fixture.store.insert(network("a"))
        try fixture.execute(
            "UPDATE networks SET definition = '{\"vlan\":\"7\"}'", on: "state.db-networks")
        #expect(
            throws: StoreError.unusable(
                path: fixture.path + "-networks", reason: "the record of network a is damaged")
        ) { try fixture.store.network("a", of: "docker") }
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "253402300800"])
    func aNetworkMadeAtNoMomentIsDamaged(created: String) throws {
        try fixture.store.insert(network("a"))
        try fixture.execute("UPDATE networks SET created = \(created)", on: "state.db-networks")
        #expect(
            throws: StoreError.unusable(
                path: fixture.path + "-networks", reason: "the record of network a is damaged")
        ) { try fixture.store.networks(of: nil) }
    }

    @Test func aFileOfTheFirstVersionGetsTheTable() throws {
        try fixture.write([])
        var record = try Attachment.sample(hasLease: false)
        let database = try SQLiteDatabase(path: fixture.path, access: .readWrite)
        for statement in StateSchema.former.steps[0] { try database.execute(statement) }
        try record.insertFormer(into: database)
        try database.execute("PRAGMA application_id = \(StateSchema.applicationID)")
        try database.execute("PRAGMA user_version = 1")
        try fixture.store.insert(network("a"))
        // A record of that version with data of its front end gets a lease.
        record.hasLease = true
        #expect(try fixture.store.attachments() == [record])
        #expect(try fixture.store.networks(of: "docker").count == 1)
    }

    @Test func aProgramThatKnowsOneVersionLessGoesOn() throws {
        let later = AttachmentStore(
            path: fixture.path, boot: StoreFixture.boot,
            schema: StateSchema(
                steps: StateSchema.current.steps + [["CREATE TABLE later (id INTEGER)"]]))
        try later.insert(network("a"))
        try later.insert(try .sample(1))
        try fixture.store.insert(try .sample(2))
        #expect(try later.attachments() == [try .sample(1), try .sample(2)])
        #expect(try later.networks(of: "docker").count == 1)
    }

    /// As the package does it where it is put back: without attachments, and with networks.
    @Test func aProgramOfTheVersionBeforeWorksOnAFileOfThisOne() throws {
        try fixture.store.insert(try .sample(1))
        try fixture.store.remove(try .sample(1))
        let former = AttachmentStore(path: fixture.path, boot: StoreFixture.boot, schema: .former)
        let record = try Attachment.sample(2, hasLease: false)
        try record.insertFormer(into: try SQLiteDatabase(path: fixture.path, access: .readWrite))
        #expect(try former.attachments() == [record])
        #expect(try fixture.store.attachments() == [record])
    }
}
