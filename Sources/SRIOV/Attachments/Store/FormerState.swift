internal import Glibc
internal import LinuxSystem
internal import SQLite

/// The state of the previous version: one durable file with attachments of all boots and networks. The first
/// program that opens the state for writing takes it over.
///
/// It has a separate path, or, where a path was given by hand, that of the state file, and then has no boot mark.
/// If the process dies, the next program continues: nothing is deleted before it is written elsewhere.
struct FormerState: Sendable {
    let paths: StatePaths
    let boot: BootIdentity
    let schema: StateSchema
    let networks: StateDatabase
    let leases: LeaseDirectory
    let markers: InProgressMarkers
    let locks: LockDirectory?

    /// Takes over what there is; nothing if there is nothing.
    ///
    /// - Parameter mark: What the boot mark says; nil if there is none.
    /// - Throws: `StoreError`, `SQLiteError` or `SystemCallError`; `ManagerError` if a VF cannot be locked for another
    ///   reason than that it is in use. What was left is as it was then, or taken over in part.
    func takeOver(_ mark: String?) throws {
        if let former = paths.former, access(former, F_OK) == 0 {
            try takeOver(former, into: paths.state)
        }
        if mark == nil, access(paths.state, F_OK) == 0 {
            guard try takeOver(paths.state, into: nil) else { return }
            try BootFile(paths: paths, boot: boot, access: .readWrite).mark()
        }
    }

    /// - Parameter target: The state file for what is of this boot; nil to leave it where it is.
    /// - Returns: false for what is no regular file.
    @discardableResult
    private func takeOver(_ source: String, into target: String?) throws -> Bool {
        let deadline = Deadline(after: .seconds(20))
        while true {
            do {
                return try attempt(source, into: target)
            } catch let error as ManagerError where error.code == .inUse {
                // A program of the previous version is at work on a VF, and would go on with the former file.
                guard !deadline.hasPassed else {
                    throw StoreError.busy(path: source, waited: deadline.allowance)
                }
                usleep(50_000)
            }
        }
    }

    private func attempt(_ source: String, into target: String?) throws -> Bool {
        var status = stat()
        guard stat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        // SQLite takes a single byte, whatever it is, for an empty database; the state file is refused for it later.
        guard status.st_size > 1 else { return target == nil && status.st_size == 0 }
        var file = try StateFile(
            path: source, isEmpty: false, access: .readWrite, durability: .machine, schema: schema
        ) {}
        var held: [AttachmentLocks] = []
        defer { withExtendedLifetime(held) {} }
        try file.write { database, _ in
            let formerMarkers = InProgressMarkers(directory: source + "-work")
            var live: [Attachment] = []
            for row in try AttachmentRow.select("1", [], from: database) {
                var attachment = try row.attachment(path: source)
                // The previous version did not record which front ends' parts outlive a boot.
                attachment.hasLease = attachment.frontEndData != nil
                if attachment.hasLease { try leases.write(attachment) }
                if attachment.boot == boot { live.append(attachment) }
            }
            for attachment in live where try formerMarkers.phase(of: attachment) != nil {
                if let locks {
                    held.append(
                        try AttachmentLocks(
                            attachment.functionToLock, in: locks,
                            deadline: Deadline(after: .zero)))
                }
            }
            for network in try NetworkRow.select((nil, nil), from: database) {
                let network = try network.network(path: source)
                try networks.write { database, _ in
                    let present = try NetworkRow.select(
                        (network.frontEnd, network.identifier), from: database)
                    if present.isEmpty { try NetworkRow(network).insert(into: database) }
                }
            }
            if let target { try move(live, formerMarkers, into: target) }
            try database.execute("DELETE FROM networks")
            if target == nil {
                try database.execute(
                    "DELETE FROM attachments WHERE boot <> ?1", [.text(boot.rawValue)])
                for attachment in live where attachment.hasLease {
                    _ = try AttachmentRow(attachment).update(in: database)
                }
            } else {
                try database.execute("DELETE FROM attachments")
            }
        }
        guard target != nil else { return true }
        try deleteFile(source)
        try deleteFile(source + "-journal")
        for name in try directoryNamesIfPresent(source + "-work") {
            try deleteFile(source + "-work/" + name)
        }
        rmdir(source + "-work")
        return true
    }

    private func move(
        _ live: [Attachment], _ formerMarkers: InProgressMarkers, into target: String
    ) throws {
        guard !live.isEmpty else { return }
        let file = BootFile(paths: paths, boot: boot, access: .readWrite)
        let state = StateDatabase(
            path: target, access: .readWrite, durability: .process, schema: schema, failpoint: nil,
            prepare: { try file.isOfThisBoot(try linkText(paths.bootMark)) },
            beforeMaking: file.mark)
        try state.write { database, _ in
            for attachment in live {
                // An existing one was moved by a program that died before it could delete the former file.
                guard try AttachmentRow(attachment).insert(into: database) else { continue }
                if let phase = try formerMarkers.phase(of: attachment) {
                    try markers.write(phase, of: attachment)
                }
            }
        }
    }
}
