internal import SQLite

/// The networks of runtimes: unlike attachments they outlive a boot, in a separate file, and are durable when a
/// call returns.
extension AttachmentStore {
    /// Stores a network; one that exists already with the same definition stays as it is.
    ///
    /// - Throws: `StoreError`, `networkExists` if there is another definition of it; nothing is changed then.
    package func insert(_ network: NetworkRecord) throws {
        let path = networkFile.path
        try takeOverFormerState()
        try networkFile.write { database, beforeWrite in
            if let present = try NetworkRow.select(network.key, from: database).first {
                guard try present.network(path: path).definition == network.definition else {
                    throw StoreError.networkExists(identifier: network.identifier)
                }
                return
            }
            try beforeWrite()
            try NetworkRow(network).insert(into: database)
        }
    }

    /// - Returns: nil if there is none.
    /// - Throws: `StoreError`; `unusable` also if the definition is damaged.
    package func network(_ identifier: String, of frontEnd: String) throws -> NetworkRecord? {
        let path = networkFile.path
        try takeOverFormerState()
        let rows = try networkFile.read { database in
            try NetworkRow.select((frontEnd, identifier), from: database)
                .map { try $0.network(path: path) }
        }
        return rows?.first
    }

    /// All networks of a front end, sorted by identifier; of every front end, by its name first, for nil.
    ///
    /// - Throws: `StoreError`; `unusable` also if one definition is damaged.
    package func networks(of frontEnd: String?) throws -> [NetworkRecord] {
        let path = networkFile.path
        try takeOverFormerState()
        let rows = try networkFile.read { database in
            try NetworkRow.select((frontEnd, nil), from: database)
                .map { try $0.network(path: path) }
        }
        return rows ?? []
    }

    /// - Returns: false if there is no such network.
    /// - Throws: `StoreError`; the network is there as before.
    @discardableResult
    package func removeNetwork(_ identifier: String, of frontEnd: String) throws -> Bool {
        try takeOverFormerState()
        return try networkFile.write { database, beforeWrite in
            try beforeWrite()
            try database.execute(
                "DELETE FROM networks WHERE front_end = ?1 AND identifier = ?2",
                [.text(frontEnd), .text(identifier)])
            return database.changes > 0
        }
    }
}

extension NetworkRecord {
    fileprivate var key: NetworkRow.Key { (frontEnd, identifier) }
}

/// A network as stored in the state file, with the checksum of its definition.
struct NetworkRow: Sendable {
    let record: NetworkRecord
    let checksum: Int64

    init(_ network: NetworkRecord) {
        record = network
        checksum = AttachmentRow.checksum(of: Array(network.definition.utf8))
    }

    private init(_ statement: borrowing SQLiteStatement) {
        record = NetworkRecord(
            frontEnd: statement.text(0), identifier: statement.text(1),
            definition: statement.text(3), created: statement.integer(2))
        checksum = statement.integer(4)
    }

    /// - Throws: `StoreError.unusable` if the definition is damaged, or `created` is no moment.
    func network(path: String) throws(StoreError) -> NetworkRecord {
        guard checksum == AttachmentRow.checksum(of: Array(record.definition.utf8)),
            Attachment.momentsOfCreation.contains(record.created)
        else {
            throw .unusable(
                path: path, reason: "the record of network \(record.identifier) is damaged")
        }
        return record
    }

    /// A filter for networks; a part that is nil lets all pass.
    typealias Key = (frontEnd: String?, identifier: String?)

    static func select(
        _ key: Key, from database: borrowing SQLiteDatabase
    ) throws(SQLiteError) -> [NetworkRow] {
        var statement = try database.prepare(
            """
            SELECT front_end, identifier, created, definition, checksum FROM networks
            WHERE (?1 IS NULL OR front_end = ?1) AND (?2 IS NULL OR identifier = ?2)
            ORDER BY front_end, identifier
            """,
            [key.frontEnd, key.identifier].map { $0.map { .text($0) } ?? .null })
        var rows: [NetworkRow] = []
        while try statement.step() { rows.append(NetworkRow(statement)) }
        return rows
    }

    func insert(into database: borrowing SQLiteDatabase) throws(SQLiteError) {
        try database.execute(
            """
            INSERT INTO networks (front_end, identifier, created, definition, checksum)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            [
                .text(record.frontEnd), .text(record.identifier), .integer(record.created),
                .text(record.definition), .integer(checksum),
            ])
    }
}
