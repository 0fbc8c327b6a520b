internal import CSQLite
internal import CSQLiteFiles
internal import LinuxSystem

/// An open SQLite database with one owner, closed when the owner lets go of it.
///
/// It is not for two threads at once: the owner serialises.
package struct SQLiteDatabase: ~Copyable {
    /// How a database is opened.
    package enum Access: Hashable, Sendable {
        /// For reading and writing, or for reading where there is no right to write.
        case readWrite
        /// For reading.
        case readOnly
    }

    /// What a transaction survives, once its commit has returned; it is whole or not there at all in any case.
    package enum Durability: Hashable, Sendable {
        /// The death of the process.
        case process
        /// The death of the machine too.
        case machine
    }

    private let handle: OpaquePointer

    /// Done once in a process. It fails only if somebody else has begun to use SQLite, which then works as ever.
    private static let memoryIsConfigured: Bool = vfmap_sqlite_configure_memory() == SQLITE_OK

    /// Opens a file that is there; SQLite reads nothing of it before the first statement.
    ///
    /// - Parameter durability: That of transactions that write.
    /// - Throws: `SQLiteError`.
    package init(
        path: String, access: Access, durability: Durability = .machine
    ) throws(SQLiteError) {
        _ = Self.memoryIsConfigured
        var flags = access == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let files = durability == .process ? vfmap_sqlite_unsynchronised_vfs() : nil
        let code = sqlite3_open_v2(path, &opened, flags, files)
        guard let opened else {
            throw SQLiteError(code: code, message: "out of memory", errno: nil)
        }
        guard code == SQLITE_OK else {
            let error = Self.lastError(opened)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    /// Sets how long a statement waits for another connection before it fails.
    package func setBusyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Runs a statement to its end and drops its rows.
    ///
    /// - Throws: `SQLiteError`; a transaction that the statement ran in may still be open.
    package func execute(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        var statement = try SQLiteStatement(sql, values, database: handle)
        while try statement.step() {}
    }

    /// Prepares a statement; `values` are bound to its parameters, the first to `?1`.
    ///
    /// - Throws: `SQLiteError` if the text is no statement or a value cannot be bound.
    package func prepare(
        _ sql: String, _ values: [SQLiteValue] = []
    ) throws(SQLiteError) -> SQLiteStatement {
        try SQLiteStatement(sql, values, database: handle)
    }

    /// The same of a statement whose text is put together, as UTF-8: the runtime has more to do with a long `String`
    /// than with its bytes.
    ///
    /// - Throws: `SQLiteError`, as for text.
    package func prepare(
        _ sql: [UInt8], _ values: [SQLiteValue]
    ) throws(SQLiteError) -> SQLiteStatement {
        try SQLiteStatement(sql, values, database: handle)
    }

    /// The number in the first column of the first row; 0 for none.
    ///
    /// - Throws: `SQLiteError`.
    package func integer(
        _ sql: String, _ values: [SQLiteValue] = []
    ) throws(SQLiteError) -> Int64 {
        var statement = try SQLiteStatement(sql, values, database: handle)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether the file was deleted, renamed or replaced since it was opened.
    package var hasMoved: Bool {
        var moved: Int32 = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return moved != 0
    }

    static func lastError(_ handle: OpaquePointer) -> SQLiteError {
        let code = sqlite3_extended_errcode(handle)
        // The number is kept from the last failure of the file layer, whatever failed since.
        let fileFailed =
            [SQLITE_CANTOPEN, SQLITE_IOERR].contains(code & 0xff)
            ? sqlite3_system_errno(handle) : 0
        return SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(handle)),
            errno: fileFailed == 0 ? nil : ErrorNumber(rawValue: fileFailed))
    }
}
