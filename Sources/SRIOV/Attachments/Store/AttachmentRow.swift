internal import JSON
internal import LinuxSystem
internal import SQLite

/// A record as stored in the state file: the attachment as JSON, and its checksum.
struct AttachmentRow: Hashable, Sendable {
    let key: Key
    /// UTF-8 text.
    let record: [UInt8]
    let checksum: Int64

    /// The fields that are separate columns.
    struct Key: Hashable, Sendable {
        let boot: String
        let address: String
        let physicalFunction: String?
        let owner: AttachmentOwner
        let phase: String
        let created: Int64

        init(_ attachment: Attachment) {
            boot = attachment.boot.rawValue
            address = attachment.function.description
            physicalFunction = attachment.physicalFunction?.description
            owner = attachment.owner
            phase = attachment.phase.rawValue
            created = attachment.created
        }

        init(
            boot: String, address: String, physicalFunction: String?, owner: AttachmentOwner,
            phase: String, created: Int64
        ) {
            self.boot = boot
            self.address = address
            self.physicalFunction = physicalFunction
            self.owner = owner
            self.phase = phase
            self.created = created
        }
    }

    init(_ attachment: Attachment) {
        key = Key(attachment)
        record = attachment.encodedJSON()
        checksum = Self.checksum(of: record)
    }

    /// The attachment.
    ///
    /// - Parameter path: The state file, for the error.
    /// - Throws: `StoreError.unusable` if the record is damaged or disagrees with its columns.
    func attachment(path: String) throws(StoreError) -> Attachment {
        guard checksum == Self.checksum(of: record) else { throw damaged(nil, path) }
        let attachment: Attachment
        do {
            attachment = try decode()
        } catch {
            throw damaged("\(error)", path)
        }
        guard Key(attachment) == key else { throw damaged(nil, path) }
        return attachment
    }

    /// - Throws: `JSONSyntaxError` or `JSONKeyError`.
    private func decode() throws -> Attachment {
        let document = try JSONValue(parsing: record)
        guard case .object(let members) = document else {
            throw JSONKeyError("record", "must be an object, not \(document.kind)")
        }
        return try Attachment(JSONObject(members, matching: .exact))
    }

    private func damaged(_ problem: String?, _ path: String) -> StoreError {
        let reason = "the record of \(key.address) is damaged"
        return .unusable(path: path, reason: problem.map { "\(reason): \($0)" } ?? reason)
    }

    /// FNV-1a over the bytes of a text, 64 bits.
    static func checksum(of text: [UInt8]) -> Int64 {
        var hash = FNV1a()
        for byte in text { hash.add(byte) }
        return Int64(bitPattern: hash.value)
    }
}

// MARK: Statements

extension AttachmentRow {
    /// The rows that a condition selects, in any order.
    static func select(
        _ condition: String, _ values: [SQLiteValue], from database: borrowing SQLiteDatabase
    ) throws(SQLiteError) -> [AttachmentRow] {
        let columns = """
            SELECT boot, address, pf, front_end, network, container, interface_name, phase, created,
                record, checksum
            FROM attachments WHERE\u{20}
            """
        var statement = try database.prepare(Array(columns.utf8) + condition.utf8, values)
        var rows: [AttachmentRow] = []
        while try statement.step() {
            rows.append(AttachmentRow(statement))
        }
        return rows
    }

    private init(_ statement: borrowing SQLiteStatement) {
        key = Key(
            boot: statement.text(0), address: statement.text(1),
            physicalFunction: statement.nonEmptyText(2),
            owner: AttachmentOwner(
                frontEnd: statement.text(3), network: statement.nonEmptyText(4),
                container: statement.text(5), interfaceName: statement.nonEmptyText(6)),
            phase: statement.text(7), created: statement.integer(8))
        record = statement.bytes(9)
        checksum = statement.integer(10)
    }

    /// Writes the row.
    ///
    /// - Returns: false if an `obstacle` forbids it; nothing is changed.
    func insert(into database: borrowing SQLiteDatabase) throws(SQLiteError) -> Bool {
        // The table itself refuses a second row of a function, and of an owner. It cannot express the relation of
        // PFs and VFs: for a VF that has a PF the cheapest query checks it, because this is the case of every ADD.
        if let physicalFunction = key.physicalFunction {
            var isTaken = try database.prepare(
                "SELECT 1 FROM attachments WHERE boot = ?1 AND address = ?2")
            try isTaken.bind(.text(key.boot), at: 1)
            try isTaken.bind(.text(physicalFunction), at: 2)
            guard try !isTaken.step() else { return false }
        } else {
            guard try obstacle(in: database) == nil else { return false }
        }
        return try change(
            """
            INSERT OR IGNORE INTO attachments (boot, address, part, pf, front_end, network,
                container, interface_name, phase, created, record, checksum)
            VALUES (?1, ?2, '', ?8, ?3, ?4, ?5, ?6, ?7, ?9, ?10, ?11)
            """, withContent: true, database)
    }

    /// The row that forbids this one: of the same function or owner, or, a PF being passed through as a whole, of its
    /// PF or of one of its VFs.
    func obstacle(in database: borrowing SQLiteDatabase) throws(SQLiteError) -> AttachmentRow? {
        // The plus keeps SQLite from looking for an index for each of the alternatives, of which `pf` has
        // none: planning that costs more than reading a boot's rows.
        let rows = try Self.select(
            """
            boot = ?1 AND +(
                address = ?2 OR address = ?7 OR pf = ?2
                OR (front_end = ?3 AND network = ?4 AND container = ?5 AND interface_name = ?6))
            """,
            [
                .text(key.boot), .text(key.address), .text(key.owner.frontEnd),
                .text(key.owner.network ?? ""), .text(key.owner.container),
                .text(key.owner.interfaceName ?? ""), .text(optional: key.physicalFunction),
            ], from: database)
        return rows.first { $0.key.address == key.address } ?? rows.first
    }

    /// - Returns: false if there is no such row.
    func update(in database: borrowing SQLiteDatabase) throws(SQLiteError) -> Bool {
        try change(
            """
            UPDATE attachments
            SET phase = ?7, pf = ?8, created = ?9, record = ?10, checksum = ?11
            WHERE boot = ?1 AND address = ?2
                AND front_end = ?3 AND network = ?4 AND container = ?5 AND interface_name = ?6
            """, withContent: true, database)
    }

    /// - Returns: false if there is no such row.
    func delete(from database: borrowing SQLiteDatabase) throws(SQLiteError) -> Bool {
        try change(
            """
            DELETE FROM attachments
            WHERE boot = ?1 AND address = ?2
                AND front_end = ?3 AND network = ?4 AND container = ?5 AND interface_name = ?6
            """, withContent: false, database)
    }

    /// Runs a statement whose parameters 1 to 6 are what identifies the row, and 7 to 11 the rest of it.
    ///
    /// They are bound one by one: an array of them would be a type that is instantiated at run time.
    ///
    /// - Returns: Whether it changed anything.
    private func change(
        _ sql: String, withContent: Bool, _ database: borrowing SQLiteDatabase
    ) throws(SQLiteError) -> Bool {
        var statement = try database.prepare(sql)
        try statement.bind(.text(key.boot), at: 1)
        try statement.bind(.text(key.address), at: 2)
        try statement.bind(.text(key.owner.frontEnd), at: 3)
        try statement.bind(.text(key.owner.network ?? ""), at: 4)
        try statement.bind(.text(key.owner.container), at: 5)
        try statement.bind(.text(key.owner.interfaceName ?? ""), at: 6)
        if withContent {
            try statement.bind(.text(key.phase), at: 7)
            try statement.bind(.text(optional: key.physicalFunction), at: 8)
            try statement.bind(.integer(key.created), at: 9)
            try statement.bind(.bytes(record), at: 10)
            try statement.bind(.integer(checksum), at: 11)
        }
        while try statement.step() {}
        return database.changes > 0
    }
}

extension SQLiteStatement {
    /// A text; nil for an empty one, which a unique column has for no value: to SQLite no NULL equals another.
    fileprivate borrowing func nonEmptyText(_ column: Int32) -> String? {
        let text = text(column)
        return text.isEmpty ? nil : text
    }
}

extension SQLiteValue {
    fileprivate static func text(optional text: String?) -> SQLiteValue {
        text.map { .text($0) } ?? .null
    }
}
