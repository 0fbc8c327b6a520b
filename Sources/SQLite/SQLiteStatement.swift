internal import CSQLite

/// A value that is bound to a parameter of a statement.
package enum SQLiteValue: Hashable, Sendable {
    case text(String)
    /// Text, of which the bytes are UTF-8.
    case bytes([UInt8])
    case integer(Int64)
    case null
}

/// A prepared statement with one owner, finalised when the owner lets go of it.
package struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(
        _ sql: String, _ values: [SQLiteValue], database: OpaquePointer
    ) throws(SQLiteError) {
        var prepared: OpaquePointer?
        sqlite3_prepare_v2(database, sql, -1, &prepared, nil)
        handle = try Self.bound(prepared, values, database)
        self.database = database
    }

    /// - Parameter sql: The statement as UTF-8.
    init(
        _ sql: [UInt8], _ values: [SQLiteValue], database: OpaquePointer
    ) throws(SQLiteError) {
        var prepared: OpaquePointer?
        sql.withUnsafeBytes { sql in
            _ = sqlite3_prepare_v2(
                database, sql.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(sql.count),
                &prepared, nil)
        }
        handle = try Self.bound(prepared, values, database)
        self.database = database
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Goes to the next row.
    ///
    /// - Returns: false after the last one.
    /// - Throws: `SQLiteError`; busy if another connection held its lock until the busy timeout ended.
    package mutating func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteDatabase.lastError(database)
        }
    }

    /// The text in a column of this row, counted from 0; empty for NULL.
    package func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The bytes of the text in a column of this row, counted from 0; empty for NULL.
    package func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_text(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// The number in a column of this row, counted from 0; 0 for NULL.
    package func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// Binds a value to a parameter, 1 for `?1`.
    ///
    /// - Throws: `SQLiteError` if the statement has no such parameter, or has begun and was not reset.
    package func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
        guard Self.bind(value, at: index, of: handle) == SQLITE_OK else {
            throw SQLiteDatabase.lastError(database)
        }
    }

    /// - Parameter prepared: nil if preparing it has failed.
    private static func bound(
        _ prepared: OpaquePointer?, _ values: [SQLiteValue], _ database: OpaquePointer
    ) throws(SQLiteError) -> OpaquePointer {
        guard let prepared else { throw SQLiteDatabase.lastError(database) }
        for (offset, value) in values.enumerated() {
            guard bind(value, at: Int32(offset + 1), of: prepared) == SQLITE_OK else {
                let error = SQLiteDatabase.lastError(database)
                sqlite3_finalize(prepared)
                throw error
            }
        }
        return prepared
    }

    private static func bind(
        _ value: SQLiteValue, at index: Int32, of handle: OpaquePointer
    ) -> Int32 {
        switch value {
        case .text(let text):
            var text = text
            return text.withUTF8 { bind($0, at: index, of: handle) }
        case .bytes(let text):
            return text.withUnsafeBufferPointer { bind($0, at: index, of: handle) }
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .null: return sqlite3_bind_null(handle, index)
        }
    }

    private static func bind(
        _ text: UnsafeBufferPointer<UInt8>, at index: Int32, of handle: OpaquePointer
    ) -> Int32 {
        text.withMemoryRebound(to: CChar.self) { characters in
            // An empty text may have no address, and SQLite takes none for NULL.
            guard let start = characters.baseAddress else {
                return vfmap_sqlite_bind_text(handle, index, "", 0)
            }
            return vfmap_sqlite_bind_text(handle, index, start, Int32(characters.count))
        }
    }
}
