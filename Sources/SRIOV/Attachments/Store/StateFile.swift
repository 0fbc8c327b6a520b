internal import Glibc
internal import LinuxSystem
internal import SQLite

/// The state file, open: transactions on it, its making and its migration.
///
/// The journal (`state.db-journal`) holds what a transaction is about to overwrite and is emptied at
/// its commit: see `docs/decisions/0002-state-file.md`.
struct StateFile: ~Copyable {
    /// What was found in the file, inside a transaction.
    enum Contents: Hashable {
        case current
        /// An earlier schema, with its version.
        case outdated(Int64)
        /// An empty file.
        case empty
    }

    /// Those of the file: front ends store credentials in it.
    static var permissions: UInt32 { 0o600 }

    /// How long a transaction waits for other processes.
    static var busyTimeout: Duration { .seconds(10) }

    let database: SQLiteDatabase
    private let path: String
    private let access: SQLiteDatabase.Access
    private let schema: StateSchema
    private let beforeWrite: @Sendable () throws -> Void
    /// Whether the whole file has been checked, which is done once.
    private var isChecked = false
    /// Whether the journal is set up for writing.
    private var mayWrite = false

    /// Bytes of a page of a new file. A record without an IPAM's part, some 1.4 KB, fits into one, of which
    /// it may take a quarter.
    static var pageSize: Int { 8192 }

    /// - Parameters:
    ///   - isEmpty: Whether the file is still empty.
    ///   - durability: What its transactions survive.
    ///   - beforeWrite: Called before every statement that writes, and before the commit; what it throws ends the
    ///     transaction.
    init(
        path: String, isEmpty: Bool, access: SQLiteDatabase.Access,
        durability: SQLiteDatabase.Durability, schema: StateSchema,
        beforeWrite: @escaping @Sendable () throws -> Void
    ) throws(SQLiteError) {
        self.path = path
        self.access = access
        self.schema = schema
        self.beforeWrite = beforeWrite
        let database = try SQLiteDatabase(path: path, access: access, durability: durability)
        database.setBusyTimeout(milliseconds: 10_000)
        if isEmpty { try database.execute("PRAGMA page_size = \(Self.pageSize)") }
        self.database = database
    }

    /// Runs a transaction that reads; an earlier schema is migrated first.
    ///
    /// - Throws: `StoreError.older` if the file would have to be migrated, and was opened for reading only.
    /// - Returns: nil if the file is empty.
    mutating func read<Value>(_ body: (borrowing SQLiteDatabase) throws -> Value) throws -> Value? {
        while true {
            switch try attemptRead(body) {
            case .value(let value): return value
            case .empty: return nil
            case .outdated(let version):
                guard access == .readWrite else {
                    throw StoreError.older(
                        path: path, version: version, supported: schema.version)
                }
                try write { _, _ in }
            }
        }
    }

    /// Runs a transaction that writes, exclusive among all processes; creates or migrates the file first.
    ///
    /// If the body, the commit or the failpoint throws, nothing is changed.
    mutating func write<Value>(
        _ body: (borrowing SQLiteDatabase, _ beforeWrite: () throws -> Void) throws -> Value
    ) throws -> Value {
        do {
            try begin()
            switch try examine() {
            case .current: break
            case .empty:
                // Another program may have created an empty file. The journal inherits the mode.
                try systemCall("change the mode of", on: path) { chmod(path, Self.permissions) }
                try schema.migrate(database, from: 0, beforeWrite: beforeWrite)
            case .outdated(let version):
                try schema.migrate(database, from: version, beforeWrite: beforeWrite)
            }
            let value = try body(database, beforeWrite)
            try beforeWrite()
            try database.execute("COMMIT")
            return value
        } catch {
            leaveTransaction()
            throw error
        }
    }

    /// Begins a transaction that writes, with the way that makes it durable: see
    /// `docs/decisions/0002-state-file.md`.
    private mutating func begin() throws {
        try database.execute("BEGIN IMMEDIATE")
        guard !mayWrite else { return }
        // Inside the transaction: outside one SQLite reads the schema for it under separate locks. It is refused
        // here for a file that is just being made, for one with a write-ahead log, and where SQLite was built with
        // another synchronous level.
        if (try? makeDurable()) != true {
            leaveTransaction()
            try database.execute("PRAGMA synchronous = full")
            guard try makeDurable() else {
                throw StoreError.unusable(
                    path: path, reason: "SQLite does not make its transactions durable")
            }
            try database.execute("BEGIN IMMEDIATE")
        }
        mayWrite = true
    }

    /// Sets the journal's mode.
    ///
    /// - Returns: Whether it could be set, and every transaction is made durable at its commit.
    private func makeDurable() throws(SQLiteError) -> Bool {
        var statement = try database.prepare("PRAGMA journal_mode = truncate")
        guard try statement.step(), statement.text(0) == "truncate" else { return false }
        return try database.integer("PRAGMA synchronous") == Self.fullySynchronous
    }

    private static var fullySynchronous: Int64 { 2 }

    /// The content of the file; call it inside a transaction.
    private mutating func examine() throws -> Contents {
        // Once this file was ours it stays so; only its version may grow under an open connection.
        let application =
            isChecked
            ? StateSchema.applicationID : try database.integer("PRAGMA application_id")
        let version = try database.integer("PRAGMA user_version")
        if application == StateSchema.applicationID {
            if version > schema.version + 1 {
                throw StoreError.newer(path: path, version: version, supported: schema.version)
            }
            if version > 0 {
                try check()
                return version >= schema.version ? .current : .outdated(version)
            }
        } else if application == 0, version == 0,
            try database.integer("SELECT count(*) FROM sqlite_schema") == 0
        {
            return .empty
        }
        throw StoreError.foreign(path: path, applicationID: application)
    }

    /// Refuses a damaged file; call it inside a transaction.
    ///
    /// A damaged index hides records that are there, and no statement would fail.
    private mutating func check() throws {
        guard !isChecked else { return }
        var statement = try database.prepare("PRAGMA integrity_check(1)")
        let verdict = try statement.step() ? statement.text(0) : "no answer"
        guard verdict == "ok" else {
            let words = verdict.split(separator: "\n").joined(separator: " ")
            throw StoreError.unusable(path: path, reason: "damaged: \(words)")
        }
        isChecked = true
    }

    private enum ReadOutcome<Value> {
        case value(Value)
        case empty
        /// An earlier schema, with its version.
        case outdated(Int64)
    }

    private mutating func attemptRead<Value>(
        _ body: (borrowing SQLiteDatabase) throws -> Value
    ) throws -> ReadOutcome<Value> {
        do {
            try database.execute("BEGIN")
            let outcome: ReadOutcome<Value> =
                switch try examine() {
                case .current: .value(try body(database))
                case .empty: .empty
                case .outdated(let version): .outdated(version)
                }
            try database.execute("COMMIT")
            return outcome
        } catch {
            leaveTransaction()
            throw error
        }
    }

    private func leaveTransaction() {
        guard database.isInTransaction else { return }
        // The error that led here is the one to report; closing the file rolls back as well.
        try? database.execute("ROLLBACK")
    }
}
