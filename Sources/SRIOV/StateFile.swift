internal import CSQLite
internal import Glibc
internal import LinuxSystem

/// The state file, open: transactions on it, its making and its migration.
///
/// The journal is a write-ahead log that stays in place between processes (`state.db-wal`, and its
/// index `state.db-shm`), synchronised at every commit: see `docs/decisions/0001-state-file.md`.
struct StateFile: ~Copyable {
    /// What was found in the file, inside a transaction.
    enum Contents: Hashable {
        case current
        /// An earlier schema, with its version.
        case outdated(Int64)
        /// Nothing yet.
        case empty
    }

    /// How long a transaction waits for other processes.
    static var patience: Duration { .seconds(10) }

    let database: SQLiteDatabase
    private let path: String
    private let schema: StateSchema
    private let beforeWrite: @Sendable () throws -> Void

    /// - Parameter beforeWrite: Called before every statement that writes, and before the commit; what
    ///   it throws ends the transaction.
    init(
        path: String, access: SQLiteDatabase.Access, schema: StateSchema,
        beforeWrite: @escaping @Sendable () throws -> Void
    ) throws(SQLiteError) {
        self.path = path
        self.schema = schema
        self.beforeWrite = beforeWrite
        database = try SQLiteDatabase(path: path, access: access)
        database.setBusyTimeout(milliseconds: 10_000)
        // Every process that opens the file reads the log from its start: keep it short.
        database.setCheckpointInterval(pages: 32)
    }

    /// Runs a transaction that reads.
    ///
    /// - Returns: nil if the file is empty.
    func read<Value>(_ body: (borrowing SQLiteDatabase) throws -> Value) throws -> Value? {
        while true {
            switch try attemptRead(body) {
            case .value(let value): return value
            case .empty: return nil
            case .outdated: try write { _, _ in }
            }
        }
    }

    /// Runs a transaction that writes, alone among all processes; makes or migrates the file first.
    ///
    /// If the body, the commit or the failpoint throws, nothing is changed.
    func write<Value>(
        _ body: (borrowing SQLiteDatabase, _ beforeWrite: () throws -> Void) throws -> Value
    ) throws -> Value {
        do {
            try database.execute("BEGIN IMMEDIATE")
            var contents = try examine()
            if try contents == .empty || !isLogged() {
                try database.execute("ROLLBACK")
                try prepareFile(isNew: contents == .empty)
                try database.execute("BEGIN IMMEDIATE")
                contents = try examine()
            }
            switch contents {
            case .current: break
            case .empty: try schema.migrate(database, from: 0, beforeWrite: beforeWrite)
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

    /// What lies in the file; call it inside a transaction.
    private func examine() throws -> Contents {
        let application = try database.integer("PRAGMA application_id")
        let version = try database.integer("PRAGMA user_version")
        if application == StateSchema.applicationID {
            if version == schema.version { return .current }
            if version > schema.version {
                throw StoreError.newer(path: path, version: version, supported: schema.version)
            }
            if version > 0 { return .outdated(version) }
        } else if application == 0, version == 0,
            try database.integer("SELECT count(*) FROM sqlite_schema") == 0
        {
            return .empty
        }
        throw StoreError.foreign(path: path, applicationID: application)
    }

    private enum ReadOutcome<Value> {
        case value(Value)
        case empty
        case outdated
    }

    private func attemptRead<Value>(
        _ body: (borrowing SQLiteDatabase) throws -> Value
    ) throws -> ReadOutcome<Value> {
        do {
            try database.execute("BEGIN")
            let outcome: ReadOutcome<Value> =
                switch try examine() {
                case .current: .value(try body(database))
                case .empty: .empty
                case .outdated: .outdated
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

    /// Whether the file says that it has a write-ahead log.
    private func isLogged() throws(SQLiteError) -> Bool {
        var statement = try database.prepare("PRAGMA journal_mode")
        return try statement.step() && statement.text(0) == "wal"
    }

    /// Gives the file its mode and its write-ahead log, outside a transaction.
    private func prepareFile(isNew: Bool) throws {
        if isNew {
            // Whatever the umask: an unprivileged `vfmap list` reads it. The log inherits the mode.
            try systemCall("change the mode of", on: path) { chmod(path, 0o644) }
        }
        let deadline = Deadline(after: Self.patience)
        // SQLite does not wait for other connections when it changes the journal.
        while try !enterLogMode(isLastAttempt: deadline.hasPassed) {
            usleep(5000)
        }
    }

    /// - Returns: false if another connection was in the way.
    private func enterLogMode(isLastAttempt: Bool) throws(SQLiteError) -> Bool {
        do throws(SQLiteError) {
            try database.execute("PRAGMA journal_mode = wal")
        } catch {
            if error.isBusy && !isLastAttempt { return false }
            throw error
        }
        return true
    }
}
