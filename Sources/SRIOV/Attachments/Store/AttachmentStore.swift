package import LinuxSystem
internal import SQLite
internal import Synchronization

/// The state: attachments, as long as the boot; networks of runtimes and leases, beyond it.
///
/// Attachments are in an SQLite file that is opened at first use, and created at the first insert. Each call but `note`
/// and `commit` is one transaction, whole or not there at all whenever the process dies, and serialised with all other
/// threads and processes. No call waits for a disk: the file is void after a reboot, which resets the hardware,
/// so a loss of power cannot matter. See `docs/decisions/0010-state-of-a-boot.md`.
package final class AttachmentStore: Sendable {
    /// How the file is opened.
    package enum Access: Hashable, Sendable {
        case readWrite
        /// For reading; nothing is made or changed.
        case readOnly
    }

    /// Where the files are.
    package let paths: StatePaths
    /// The boot whose records are read and written.
    package let boot: BootIdentity
    let schema: StateSchema
    let access: Access
    let failpoint: (@Sendable () throws -> Void)?
    let records: StateDatabase
    let networkFile: StateDatabase
    let markers: InProgressMarkers
    let autoprobeNotes: AutoprobeNotes
    let leases: LeaseDirectory
    private let former: FormerState
    /// The record that was decoded last: it is read once more after its lock is taken, and mostly it is the same.
    private let latest = Mutex<(row: AttachmentRow, attachment: Attachment)?>(nil)

    /// The file of the attachments.
    package var path: String { paths.state }

    /// - Parameters:
    ///   - paths: The paths; missing files and directories are created when something is written.
    ///   - boot: The boot whose records count.
    ///   - locks: They show whether a program of the previous version still works on a VF, when its
    ///     records are taken over; nil checks none.
    ///   - failpoint: Called before every statement that writes, every note of work and every commit; what it
    ///     throws ends the transaction with nothing changed, but before a note is erased behind a commit. For tests.
    package init(
        paths: StatePaths, boot: BootIdentity, access: Access = .readWrite,
        locks: LockDirectory? = nil, schema: StateSchema = .current,
        failpoint: (@Sendable () throws -> Void)? = nil
    ) {
        self.paths = paths
        self.boot = boot
        self.access = access
        self.schema = schema
        self.failpoint = failpoint
        let markers = InProgressMarkers(directory: paths.markers)
        self.markers = markers
        autoprobeNotes = AutoprobeNotes(directory: paths.markers)
        let leases = LeaseDirectory(path: paths.leases)
        self.leases = leases
        let networkFile = StateDatabase(
            path: paths.networks, access: access, durability: .machine, schema: schema,
            failpoint: failpoint)
        self.networkFile = networkFile
        let file = BootFile(paths: paths, boot: boot, access: access)
        let former = FormerState(
            paths: paths, boot: boot, schema: schema, networks: networkFile, leases: leases,
            markers: markers, locks: locks)
        self.former = former
        records = StateDatabase(
            path: paths.state, access: access, durability: .process, schema: schema,
            failpoint: failpoint,
            prepare: {
                let mark = try BootFile.mark(paths)
                if access == .readWrite { try former.takeOver(mark) }
                return try file.isOfThisBoot(mark)
            }, beforeMaking: file.mark)
    }

    /// The same with everything beside one file.
    package convenience init(
        path: String, boot: BootIdentity, access: Access = .readWrite,
        schema: StateSchema = .current, failpoint: (@Sendable () throws -> Void)? = nil
    ) {
        self.init(
            paths: StatePaths(beside: path), boot: boot, access: access, schema: schema,
            failpoint: failpoint)
    }

    /// Writes the record of a free VF.
    ///
    /// A PF may have a record, in passthrough, only while none of its VFs has one,
    /// and the reverse.
    ///
    /// - Parameter phase: What the record will be when the work that begins now has ended well: its own phase is then
    ///   a note, and `commit` is all that it takes. nil writes it down in its own phase.
    /// - Throws: `StoreError`, `conflict` with the record in the way. No record is written then; a lease may be
    ///   left, which `recover` drops.
    package func insert(_ attachment: Attachment, becoming phase: AttachmentPhase? = nil) throws {
        var committed = attachment
        if let phase { committed.phase = phase }
        let row = AttachmentRow(committed)
        try records.write { database, beforeWrite in
            try beforeWrite()
            guard try row.insert(into: database) else {
                guard let obstacle = try row.obstacle(in: database) else {
                    throw StoreError.unusable(
                        path: path, reason: "refuses the record of \(row.key.address)")
                }
                throw StoreError.conflict(existing: try self.attachment(in: obstacle))
            }
            if attachment.hasLease {
                try beforeWrite()
                try leases.write(committed)
            }
            // Before the record exists: so no note is ever taken for one about another record.
            if phase == nil {
                try markers.erase(attachment.function)
            } else {
                try beforeWrite()
                try markers.write(attachment.phase, of: attachment)
            }
        }
    }

    /// Writes a note of the work on a VF, for the process that finds its record if this one dies; the record
    /// itself stays as it is.
    ///
    /// - Parameter phase: `preparing` or `detaching`, which the record is found in from now on.
    /// - Throws: `StoreError`; the note is the one that was there before.
    package func note(_ phase: AttachmentPhase, of attachment: Attachment) throws {
        try change { () throws(SystemCallError) in try markers.write(phase, of: attachment) }
    }

    /// Erases the note of what was being done with a VF: its record is in the phase that was written.
    ///
    /// - Throws: `StoreError`, with the note as it was; also if the state file, open since the record was written, was
    ///   moved or deleted meanwhile.
    package func commit(_ attachment: Attachment) throws {
        guard !records.hasMoved else {
            throw StoreError.unusable(path: path, reason: "moved or deleted meanwhile")
        }
        try change { () throws(SystemCallError) in
            try markers.erase(attachment.function)
        }
    }

    /// Writes a note that a PF's `sriov_drivers_autoprobe` is about to be switched on temporarily.
    ///
    /// - Throws: `StoreError`; there is no note then.
    func writeAutoprobeNote(_ text: String, of physicalFunction: PCIAddress) throws {
        try change { () throws(SystemCallError) in
            try autoprobeNotes.write(text, of: physicalFunction)
        }
    }

    /// Erases the note that `writeAutoprobeNote` has written; nothing if there is none.
    ///
    /// - Throws: `StoreError`, with the note as it was.
    func eraseAutoprobeNote(of physicalFunction: PCIAddress) throws {
        try change { () throws(SystemCallError) in
            try autoprobeNotes.erase(physicalFunction)
        }
    }

    /// Replaces the record with the same boot, VF and owner; no work on it is in progress then.
    ///
    /// - Throws: `StoreError`, `vanished` if there is none; nothing is changed then.
    package func update(_ attachment: Attachment) throws {
        let row = AttachmentRow(attachment)
        try records.write { database, beforeWrite in
            try beforeWrite()
            guard try row.update(in: database) else { throw Self.vanished(attachment) }
        }
        eraseNote(of: attachment)
    }

    /// Drops the record with the same boot, VF and owner; of another boot, of which only the lease is left, the lease.
    ///
    /// - Throws: `StoreError`, `vanished` if there is none. If the commit fails, the record stays and its lease may be gone.
    package func remove(_ attachment: Attachment) throws {
        guard attachment.boot == boot else { return try remove(leaseOf: attachment) }
        let row = AttachmentRow(attachment)
        try records.write { database, beforeWrite in
            try beforeWrite()
            guard try row.delete(from: database) else { throw Self.vanished(attachment) }
        }
        // After the commit, so that no record outlives its lease. The error is ignored: `recover` drops a lease that
        // stays, and after the next boot at worst it is given back once more, which an IPAM plugin takes for done.
        if attachment.hasLease { _ = try? leases.remove(attachment) }
        eraseNote(of: attachment)
    }

    /// The functions of leases of this boot that have no record, which a writer leaves if it dies between the two
    /// writes.
    func leasesWithoutRecord() throws -> [PCIAddress] {
        let present = try leases.functions(of: boot)
        guard !present.isEmpty else { return [] }
        let (attachments, damaged) = try readableAttachments()
        // A damaged record may belong to any of them.
        guard damaged.isEmpty else { return [] }
        let recorded = Set(attachments.map(\.function))
        return present.filter { !recorded.contains($0) }
    }

    /// Drops the lease of a VF that has no record, with the VF's lock held.
    func removeLease(withoutRecordOf function: PCIAddress) throws {
        guard try attachment(of: function) == nil else { return }
        try leases.remove(function, of: boot)
    }

    private func remove(leaseOf attachment: Attachment) throws {
        guard access == .readWrite else { throw records.openedForReading }
        do {
            guard try leases.remove(attachment) else { throw Self.vanished(attachment) }
        } catch let error as SystemCallError {
            throw StoreError.unusable(path: leases.path, reason: error.description)
        }
    }

    /// The record of a VF, or of a PF in passthrough; nil if it has none.
    ///
    /// - Throws: `StoreError`; `unusable` also if the record is damaged.
    package func attachment(of virtualFunction: PCIAddress) throws -> Attachment? {
        try rows(
            "boot = ?1 AND address = ?2", .text(boot.rawValue), .text(virtualFunction.description)
        ).first
    }

    /// The record of an owner; nil if it has none.
    ///
    /// - Throws: `StoreError`; `unusable` also if the record is damaged.
    package func attachment(of owner: AttachmentOwner) throws -> Attachment? {
        try rows(
            """
            boot = ?1 AND front_end = ?2 AND network = ?3 AND container = ?4 AND interface_name = ?5
            """,
            .text(boot.rawValue), .text(owner.frontEnd), .text(owner.network ?? ""),
            .text(owner.container), .text(owner.interfaceName ?? "")
        ).first
    }

    /// All records, sorted by address.
    ///
    /// - Throws: `StoreError`; `unusable` also if one record is damaged.
    package func attachments() throws -> [Attachment] {
        try rows("boot = ?1", .text(boot.rawValue))
    }

    /// The records that can be read, sorted by address, and those that are damaged.
    ///
    /// For what must not fail as a whole because of one of them.
    ///
    /// - Throws: `StoreError` if the file as a whole cannot be read.
    package func readableAttachments() throws -> (
        attachments: [Attachment], damaged: [DamagedRecord]
    ) {
        let found = try records.read { database in
            var attachments: [Attachment] = []
            var damaged: [DamagedRecord] = []
            let rows = try AttachmentRow.select(
                "boot = ?1", [.text(boot.rawValue)], from: database)
            for row in rows {
                do throws(StoreError) {
                    _ = try decode(row)
                } catch {
                    damaged.append(
                        DamagedRecord(address: PCIAddress(row.key.address), problem: error))
                    continue
                }
                attachments.append(try attachment(in: row))
            }
            return (attachments, damaged)
        }
        guard let found else { return ([], []) }
        return (found.0.sorted { $0.function < $1.function }, found.1)
    }

    /// The records of a PF's VFs, sorted by address.
    ///
    /// - Throws: `StoreError`; `unusable` also if one record is damaged.
    package func attachments(ofPhysicalFunction function: PCIAddress) throws -> [Attachment] {
        try rows("pf = ?2 AND boot = ?1", .text(boot.rawValue), .text(function.description))
    }

    /// The records of earlier boots of which a lease is left, sorted by address; everything else of them is void. And the
    /// leases that cannot be read, as of a machine that lost its power when they had just been written.
    ///
    /// - Throws: `StoreError` if the directory of the leases cannot be read, or what the version before left cannot be
    ///   taken over.
    package func leasesOfOtherBoots() throws -> (attachments: [Attachment], damaged: [DamagedLease])
    {
        do {
            try takeOverFormerState()
            if access == .readWrite { try leases.removeDrafts(except: boot) }
            let found = try leases.all()
            return (
                found.attachments.filter { $0.boot != boot }.sorted {
                    ($0.function, $0.boot.rawValue) < ($1.function, $1.boot.rawValue)
                }, found.damaged
            )
        } catch let error as SystemCallError {
            throw StoreError.unusable(path: leases.path, reason: error.description)
        }
    }

    /// Migrates the state of the previous version to the present files.
    func takeOverFormerState() throws {
        guard access == .readWrite else { return }
        do {
            try former.takeOver(try BootFile.mark(paths))
        } catch let error as SystemCallError {
            throw StoreError.unusable(path: path, reason: error.description)
        } catch let error as SQLiteError {
            throw StoreError.unusable(path: paths.former ?? path, reason: error.description)
        }
    }

    /// Deletes a lease that cannot be read.
    ///
    /// - Throws: `SystemCallError`; the file stays. A file that is gone already is no error.
    package func remove(_ lease: DamagedLease) throws(SystemCallError) { try leases.remove(lease) }

    /// The records that a condition selects, sorted by address, those of one address by boot.
    func rows(_ condition: String, _ values: SQLiteValue...) throws -> [Attachment] {
        let attachments = try records.read { database in
            try AttachmentRow.select(condition, values, from: database).map(attachment)
        }
        return (attachments ?? []).sorted {
            ($0.function, $0.boot.rawValue) < ($1.function, $1.boot.rawValue)
        }
    }

    /// The record in a row, in the phase of its note if there is one.
    ///
    /// Call it in the transaction that has read the row: the record of finished work goes before its note.
    private func attachment(in row: AttachmentRow) throws -> Attachment {
        var attachment = try decode(row)
        // Other boots have no work in progress.
        guard attachment.boot == boot else { return attachment }
        if let phase = try notedPhase(of: attachment) { attachment.phase = phase }
        return attachment
    }

    private func notedPhase(
        of attachment: Attachment
    ) throws(SystemCallError) -> AttachmentPhase? {
        do {
            return try markers.phase(of: attachment)
        } catch  where access == .readOnly && error.errno == .accessDenied {
            // An administrator has made the file readable for this user, and nothing else.
            return nil
        }
    }

    private func decode(_ row: AttachmentRow) throws(StoreError) -> Attachment {
        if let known = latest.withLock({ $0?.row == row ? $0?.attachment : nil }) { return known }
        let attachment = try row.attachment(path: path)
        latest.withLock { $0 = (row, attachment) }
        return attachment
    }

    /// Changes notes.
    private func change(_ change: () throws(SystemCallError) -> Void) throws {
        guard access == .readWrite else { throw records.openedForReading }
        try failpoint?()
        do throws(SystemCallError) {
            try change()
        } catch {
            throw StoreError.unusable(path: path, reason: error.description)
        }
    }

    /// Erases the note on a record that was dropped, or written by the process that brings its VF back. A note that
    /// stays has no record, or makes `recover` process a record in phase restoring once more.
    ///
    /// Those of other boots stay: their records are dropped without a lock, while another process may be writing a
    /// note.
    private func eraseNote(of attachment: Attachment) {
        guard attachment.boot == boot else { return }
        do {
            try failpoint?()
            try markers.erase(of: attachment)
        } catch {
            return
        }
    }

    private static func vanished(_ attachment: Attachment) -> StoreError {
        .vanished(owner: attachment.owner, virtualFunction: attachment.function)
    }
}
