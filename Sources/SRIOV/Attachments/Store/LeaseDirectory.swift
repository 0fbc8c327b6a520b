internal import Glibc
internal import JSON
internal import LinuxSystem

/// Resources of attachments that outlive the boot, such as an IPAM's addresses: one file for each attachment, from
/// which they are released after a reboot.
///
/// A file is the attachment's record, named after its boot and its VF. It is written without waiting for the disk: the
/// loss of one, at a loss of power in its first seconds, leaves an address taken, which the IPAM plugin's GC
/// frees. It contains a network's configuration, so it is readable by root alone.
struct LeaseDirectory: Sendable {
    let path: String

    private static let mostBytes = 4 << 20

    /// Writes the lease of an attachment, in place of one of the same VF and boot.
    ///
    /// - Throws: `SystemCallError`; the lease of before is whole then.
    func write(_ attachment: Attachment) throws(SystemCallError) {
        let name = name(of: attachment)
        let draft = "\(path)/.\(name)"
        let file: Descriptor
        do {
            file = try Self.make(draft)
        } catch  where error.errno == .noSuchFile {
            try makeDirectories(path, permissions: 0o700)
            file = try Self.make(draft)
        }
        try file.write(attachment.encodedJSON(), subject: draft)
        try systemCall("rename to \(path)/\(name)", on: draft) {
            rename(draft, "\(path)/\(name)")
        }
    }

    private static func make(_ path: String) throws(SystemCallError) -> Descriptor {
        try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o600)
    }

    /// Deletes the lease of an attachment.
    ///
    /// - Returns: false if there is none.
    func remove(_ attachment: Attachment) throws(SystemCallError) -> Bool {
        try deleteFile("\(path)/\(name(of: attachment))")
    }

    func remove(_ lease: DamagedLease) throws(SystemCallError) { try deleteFile(lease.path) }

    /// All leases, of whatever boot, in any order.
    ///
    /// - Throws: `SystemCallError` if the directory cannot be read.
    func all() throws(SystemCallError) -> (attachments: [Attachment], damaged: [DamagedLease]) {
        var attachments: [Attachment] = []
        var damaged: [DamagedLease] = []
        for name in try directoryNamesIfPresent(path).sorted() where !name.hasPrefix(".") {
            let file = "\(path)/\(name)"
            do {
                let attachment = try read(file)
                guard self.name(of: attachment) == name else {
                    throw JSONKeyError("lease", "is of another attachment than its name says")
                }
                attachments.append(attachment)
            } catch let error as SystemCallError where error.errno.isAbsence {
                continue
            } catch {
                damaged.append(DamagedLease(path: file, reason: "\(error)"))
            }
        }
        return (attachments, damaged)
    }

    private func read(_ file: String) throws -> Attachment {
        let bytes = try Descriptor(opening: file, flags: O_RDONLY | O_NOFOLLOW)
            .readToEnd(limit: Self.mostBytes, subject: file)
        let document = try JSONValue(parsing: bytes)
        guard case .object(let members) = document else {
            throw JSONKeyError("lease", "must be an object, not \(document.kind)")
        }
        return try Attachment(JSONObject(members, matching: .exact))
    }

    /// The functions of the leases of a boot, by the names of their files.
    func functions(of boot: BootIdentity) throws(SystemCallError) -> [PCIAddress] {
        let prefix = name(boot)
        return try directoryNamesIfPresent(path).filter { $0.hasPrefix(prefix) }
            .compactMap { PCIAddress(String($0.dropFirst(prefix.count))) }.sorted()
    }

    func remove(_ function: PCIAddress, of boot: BootIdentity) throws(SystemCallError) {
        try deleteFile("\(path)/\(name(boot))\(function)")
    }

    /// Deletes the temporary files of dead writers; those of a boot may still be at work.
    func removeDrafts(except boot: BootIdentity) throws(SystemCallError) {
        let prefix = "." + name(boot)
        for name in try directoryNamesIfPresent(path) where name.hasPrefix(".") {
            if !name.hasPrefix(prefix) { try deleteFile("\(path)/\(name)") }
        }
    }

    private func name(of attachment: Attachment) -> String {
        "\(name(attachment.boot))\(attachment.function)"
    }

    /// The prefix of the names of a boot's files.
    private func name(_ boot: BootIdentity) -> String {
        // An identity is the UUID from the kernel; a record with another text cannot name another directory.
        String(boot.rawValue.map { $0 == "/" ? "_" : $0 }) + "-"
    }
}
