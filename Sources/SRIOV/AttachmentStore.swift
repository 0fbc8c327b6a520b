internal import Glibc
package import LinuxSystem
internal import Synchronization

/// The state file: one SQLite database with every attachment.
///
/// It is opened at first use, and made at the first insert. Each call is one transaction, safe
/// against the death of the process and of the machine at any instant, and serialised with all other
/// threads and processes. Only records of this boot count, unless a function says otherwise: after a
/// reboot the hardware is reset, and what was written before is void.
package final class AttachmentStore: Sendable {
    /// How the file is opened.
    package enum Access: Hashable, Sendable {
        case readWrite
        /// For reading, with the rights that an unprivileged user has; nothing is made or changed.
        case readOnly
    }

    package static var defaultPath: String { "/var/lib/vfmap/state.db" }

    package let path: String
    package let boot: BootIdentity
    let schema: StateSchema
    private let access: Access
    private let failpoint: (@Sendable () throws -> Void)?
    private let file = Mutex<StateFile?>(nil)

    /// - Parameters:
    ///   - path: The database; it and its folder are made at the first insert where missing.
    ///   - boot: The boot whose records count.
    ///   - failpoint: Called before every statement that writes and before every commit; what it
    ///     throws ends the transaction with nothing changed. For tests.
    package init(
        path: String, boot: BootIdentity, access: Access = .readWrite,
        schema: StateSchema = .current, failpoint: (@Sendable () throws -> Void)? = nil
    ) {
        self.path = path
        self.boot = boot
        self.access = access
        self.schema = schema
        self.failpoint = failpoint
    }

    /// Writes the record of a VF that nobody has.
    ///
    /// A PF may have a record of its own, in passthrough, while none of its VFs has one, and the
    /// reverse.
    ///
    /// - Throws: `StoreError.conflict` with the record in the way.
    package func insert(_ attachment: Attachment) throws {
        let row = try AttachmentRow(attachment)
        try write { database, beforeWrite in
            if let existing = try AttachmentRow.conflict(with: attachment, in: database) {
                throw StoreError.conflict(existing: try existing.attachment(path: path))
            }
            try beforeWrite()
            try row.insert(into: database)
        }
    }

    /// Replaces the record with the same boot, VF and owner.
    ///
    /// - Throws: `StoreError.vanished` if there is none.
    package func update(_ attachment: Attachment) throws {
        let row = try AttachmentRow(attachment)
        try write { database, beforeWrite in
            try beforeWrite()
            guard try row.update(in: database) else { throw Self.vanished(attachment) }
        }
    }

    /// Drops the record with the same boot, VF and owner; the boot may be another than this.
    ///
    /// - Throws: `StoreError.vanished` if there is none.
    package func remove(_ attachment: Attachment) throws {
        let row = try AttachmentRow(attachment)
        try write { database, beforeWrite in
            try beforeWrite()
            guard try row.delete(from: database) else { throw Self.vanished(attachment) }
        }
    }

    /// The record of a VF, or of a PF in passthrough; nil if it has none.
    package func attachment(of virtualFunction: PCIAddress) throws -> Attachment? {
        try rows(
            "boot = ?1 AND address = ?2", .text(boot.rawValue), .text(virtualFunction.description)
        ).first
    }

    /// The record of an owner; nil if it has none.
    package func attachment(of owner: AttachmentOwner) throws -> Attachment? {
        try rows(
            """
            boot = ?1 AND front_end = ?2 AND network = ?3 AND container = ?4 AND interface_name = ?5
            """,
            .text(boot.rawValue), .text(owner.frontEnd), .text(owner.network),
            .text(owner.container), .text(owner.interfaceName)
        ).first
    }

    /// All records, sorted by address.
    package func attachments() throws -> [Attachment] {
        try rows("boot = ?1", .text(boot.rawValue))
    }

    /// The records of a PF's VFs, sorted by address.
    package func attachments(ofPhysicalFunction function: PCIAddress) throws -> [Attachment] {
        try rows("pf = ?2 AND boot = ?1", .text(boot.rawValue), .text(function.description))
    }

    /// The records of earlier boots, sorted by address: void, but for what a front end keeps outside
    /// the machine's hardware, such as addresses of an IPAM.
    package func attachmentsOfOtherBoots() throws -> [Attachment] {
        try rows("boot <> ?1", .text(boot.rawValue))
    }

    /// The records that a condition selects, sorted by address.
    func rows(_ condition: String, _ values: SQLiteValue...) throws -> [Attachment] {
        let path = path
        let attachments = try read { database in
            try AttachmentRow.select(condition, values, from: database)
                .map { try $0.attachment(path: path) }
        }
        return (attachments ?? []).sorted { $0.virtualFunction < $1.virtualFunction }
    }

    private static func vanished(_ attachment: Attachment) -> StoreError {
        .vanished(owner: attachment.owner, virtualFunction: attachment.virtualFunction)
    }
}

// MARK: Transactions

extension AttachmentStore {
    /// - Returns: nil if there is no file, or an empty one.
    private func read<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase) throws -> Value
    ) throws -> Value? {
        try withFile { file in
            let deadline = Deadline(after: StateFile.patience)
            while true {
                do {
                    guard try open(&file, access == .readOnly ? .readOnly : .existing) else {
                        return nil
                    }
                    return try file?.read(body)
                } catch let error as SQLiteError where error.isReadOnly && !deadline.hasPassed {
                    // Without the right to write the log's index, a reader cannot join while a
                    // writer is making it; that takes the writer an instant.
                    file = nil
                    usleep(1000)
                } catch let error as SQLiteError where error.isCannotOpen && !logExists {
                    // Without the right to make the log, a file that has none cannot be opened in
                    // the usual way. No process writes to the file before it has made a log, so
                    // what was read is sound if there is still none afterwards.
                    file = nil
                    let value = try openFile(.immutable).read(body)
                    if !logExists { return value }
                }
            }
        }
    }

    private func write<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase, _ beforeWrite: () throws -> Void) throws -> Value
    ) throws -> Value {
        try withFile { file in
            do {
                _ = try open(&file, access == .readOnly ? .readOnly : .create)
            } catch let error as SQLiteError
                where error.errno == .noSuchFile && access == .readWrite
            {
                try makeFolder()
                _ = try open(&file, .create)
            }
            guard let value = try file?.write(body) else {
                preconditionFailure("the state file is open")
            }
            return value
        }
    }

    /// Lends the open file, and lets go of it after a failure, so that the next call starts anew.
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
            }
        }
    }

    /// Opens the file unless it is open already and still the one at the path.
    ///
    /// - Returns: false if there is none and it was not to be made.
    private func open(_ file: inout StateFile?, _ access: SQLiteDatabase.Access) throws -> Bool {
        if let moved = file?.database.hasMoved {
            if !moved { return true }
            file = nil
        }
        file = try openFileIfThere(access)
        return file != nil
    }

    /// - Returns: nil if there is no file and it was not to be made.
    private func openFileIfThere(
        _ access: SQLiteDatabase.Access
    ) throws(SQLiteError) -> StateFile? {
        do throws(SQLiteError) {
            return try openFile(access)
        } catch {
            guard access != .create, error.errno == .noSuchFile else { throw error }
            return nil
        }
    }

    private func openFile(_ access: SQLiteDatabase.Access) throws(SQLiteError) -> StateFile {
        let failpoint = failpoint
        return try StateFile(path: path, access: access, schema: schema) { try failpoint?() }
    }

    private var logExists: Bool { Glibc.access(path + "-wal", F_OK) == 0 }

    /// Makes the folder of the file, durably.
    private func makeFolder() throws(SystemCallError) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = String(path[..<slash])
        try makeFolders(folder)
        // Whatever the umask, as for the file.
        try systemCall("change the mode of", on: folder) { chmod(folder, 0o755) }
        let parent = try Descriptor(opening: folder + "/..", flags: O_RDONLY | O_DIRECTORY)
        let number = parent.rawValue
        try systemCall("synchronise", on: folder + "/..") { fsync(number) }
    }

    private func storeError(_ error: SQLiteError) -> StoreError {
        if error.isBusy { return .busy(path: path, waited: StateFile.patience) }
        guard error.isReadOnly, access == .readWrite else {
            return .unusable(path: path, reason: error.description)
        }
        do {
            // SQLite fell back to reading when it was refused writing; ask the kernel why.
            try systemCall("write to", on: path) { Glibc.access(path, W_OK) }
            return .unusable(path: path, reason: error.description)
        } catch {
            return .unusable(path: path, reason: "cannot be written: \(error.errno)")
        }
    }
}
