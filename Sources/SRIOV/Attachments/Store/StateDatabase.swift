internal import Glibc
internal import LinuxSystem
internal import SQLite
internal import Synchronization

/// One SQLite file of the state, opened at first use and made at the first change.
///
/// Each call is one transaction, serialised with all other threads and processes.
final class StateDatabase: Sendable {
    let path: String
    let access: AttachmentStore.Access
    let schema: StateSchema
    private let durability: SQLiteDatabase.Durability
    private let failpoint: (@Sendable () throws -> Void)?
    private let prepare: @Sendable () throws -> Bool
    private let beforeMaking: (@Sendable () throws -> Void)?
    private let file = Mutex<StateFile?>(nil)

    /// - Parameters:
    ///   - failpoint: Called before every statement that writes and every commit; what it throws ends the transaction
    ///     with nothing changed.
    ///   - prepare: Called before the file is opened; false if it counts as absent.
    ///   - beforeMaking: Called before the file is made.
    init(
        path: String, access: AttachmentStore.Access, durability: SQLiteDatabase.Durability,
        schema: StateSchema, failpoint: (@Sendable () throws -> Void)?,
        prepare: @escaping @Sendable () throws -> Bool = { true },
        beforeMaking: (@Sendable () throws -> Void)? = nil
    ) {
        self.path = path
        self.access = access
        self.durability = durability
        self.schema = schema
        self.failpoint = failpoint
        self.prepare = prepare
        self.beforeMaking = beforeMaking
    }

    /// Whether the file, open since an earlier call, was moved or deleted meanwhile.
    var hasMoved: Bool {
        file.withLock { file in
            guard let hasMoved = file?.database.hasMoved else { return false }
            return hasMoved
        }
    }

    /// - Returns: nil if there is no file, or an empty one.
    func read<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase) throws -> Value
    ) throws -> Value? {
        try withFile { file in
            let deadline = Deadline(after: .seconds(1))
            while true {
                do {
                    guard try open(&file) else { return nil }
                    return try file?.read(body)
                } catch let error as SQLiteError where error.isReadOnly && !deadline.hasPassed {
                    // There seems to be a dead writer's journal, which this reader must not roll back.
                    // More often the writer lives, and began between two looks of SQLite.
                    file = nil
                    usleep(1000)
                }
            }
        }
    }

    func write<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase, _ beforeWrite: () throws -> Void) throws -> Value
    ) throws -> Value {
        guard access == .readWrite else { throw openedForReading }
        return try withFile { file in
            if try !open(&file) {
                try beforeMaking?()
                try makeFile()
                _ = try open(&file)
            }
            guard let value = try file?.write(body) else {
                throw StoreError.unusable(path: path, reason: "vanished while it was made")
            }
            return value
        }
    }

    var openedForReading: StoreError {
        .unusable(path: path, reason: "opened for reading only")
    }

    /// Passes the open file to the body, and closes it after a failure, so that the next call starts again.
    private func withFile<Value: Sendable>(
        _ body: (inout StateFile?) throws -> Value
    ) throws -> Value {
        try file.withLock { file in
            do {
                return try body(&file)
            } catch let error as SQLiteError {
                file = nil
                throw storeError(error)
            } catch let error as SystemCallError {
                file = nil
                throw StoreError.unusable(path: path, reason: error.description)
            } catch let error as StoreError {
                // A file that was refused may be another one, or repaired, at the next call.
                file = nil
                throw error
            }
        }
    }

    // MARK: The file

    /// Opens the file unless it is open already and still the one at the path.
    ///
    /// - Returns: false if there is none.
    private func open(_ file: inout StateFile?) throws -> Bool {
        if let moved = file?.database.hasMoved {
            if !moved { return true }
            file = nil
        }
        guard try prepare(), let size = try fileSize() else { return false }
        let failpoint = failpoint
        file = try StateFile(
            path: path, isEmpty: size == 0, access: access == .readOnly ? .readOnly : .readWrite,
            durability: durability, schema: schema
        ) { try failpoint?() }
        return true
    }

    /// The size of the regular file at the path: SQLite opens any file, and takes a device that reads
    /// as nothing for an empty database.
    ///
    /// It uses stat(2), not open(2): closing a descriptor would drop the locks that SQLite has on the file.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `StoreError` for anything that is neither a regular file nor absent.
    private func fileSize() throws(StoreError) -> Int? {
        var status = stat()
        do throws(SystemCallError) {
            try systemCall("stat", on: path) { stat(path, &status) }
        } catch {
            guard error.errno == .noSuchFile else { throw refusal(error.errno) }
            guard lstat(path, &status) == 0 else { return nil }
            // Otherwise another process created the file between the two checks.
            guard status.st_mode & S_IFMT == S_IFLNK else { return try fileSize() }
            throw .unusable(path: path, reason: "a symbolic link that leads nowhere")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unusable(path: path, reason: "not a regular file")
        }
        // SQLite takes a single byte, whatever it is, for an empty database.
        guard status.st_size != 1 else {
            throw .unusable(path: path, reason: "file is not a database")
        }
        return Int(status.st_size)
    }

    /// Makes an empty file and the directories above it, durable with the first transaction.
    private func makeFile() throws(SystemCallError) {
        if let slash = path.lastIndex(of: "/") {
            try makeDirectory(String(path[..<slash]))
        }
        do {
            // SQLite would make it readable for all, and open(2) would leave a descriptor to be closed.
            try systemCall("make", on: path) { mknod(path, S_IFREG | StateFile.permissions, 0) }
        } catch  where error.errno == .exists {
            // Another process was faster.
        }
    }

    private func makeDirectory(_ directory: String) throws(SystemCallError) {
        guard Glibc.access(directory, F_OK) != 0 else { return }
        // The files in it are protected by their own modes.
        try makeOpenDirectory(directory)
        let parent = try Descriptor(opening: directory + "/..", flags: O_RDONLY | O_DIRECTORY)
        let number = parent.rawValue
        try systemCall("synchronise", on: directory + "/..") { fsync(number) }
    }

    private func storeError(_ error: SQLiteError) -> StoreError {
        if error.isBusy { return .busy(path: path, waited: StateFile.busyTimeout) }
        if let errno = error.errno, errno == .accessDenied { return refusal(errno) }
        if error.isReadOnly && access == .readOnly {
            return .unusable(
                path: path,
                reason: "a writer died amid a change, which the next command of root takes back")
        }
        guard error.isReadOnly else {
            return .unusable(path: path, reason: error.description)
        }
        // SQLite fell back to reading when it was refused writing; ask the kernel why.
        for place in [path, path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."] {
            do {
                try systemCall("write to", on: place) { Glibc.access(place, W_OK) }
            } catch {
                return .unusable(path: path, reason: error.description)
            }
        }
        return .unusable(path: path, reason: error.description)
    }

    /// What a refusal of the kernel to open the file means.
    private func refusal(_ errno: ErrorNumber) -> StoreError {
        access == .readOnly && errno == .accessDenied
            ? .notPermitted(path: path, errno: errno)
            : .unusable(path: path, reason: "cannot be opened: \(errno)")
    }
}
