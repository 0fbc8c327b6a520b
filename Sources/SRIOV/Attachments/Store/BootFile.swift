internal import Glibc
internal import LinuxSystem

/// The boot to which the state file belongs: the text of a symbolic link beside it is the boot's identity.
///
/// A file of another boot is void, even if a loss of power has damaged it, so it is not read: it is deleted before a
/// new one is created.
struct BootFile: Sendable {
    let paths: StatePaths
    let boot: BootIdentity
    let access: AttachmentStore.Access

    /// Whether the file, if there is one, is of this boot; one of another is deleted first, if that may be done.
    ///
    /// A file without a mark is, too: `FormerState` makes sure of it.
    ///
    /// - Throws: `SystemCallError`.
    ///
    /// - Parameter mark: What the mark says; nil if there is none.
    func isOfThisBoot(_ mark: String?) throws -> Bool {
        guard let mark, mark != boot.rawValue else { return true }
        guard access == .readWrite else { return false }
        try discard()
        return true
    }

    /// Marks the file that is about to be created as one of this boot.
    ///
    /// - Throws: `SystemCallError`.
    @Sendable func mark() throws {
        let directory = paths.state.lastIndex(of: "/").map { String(paths.state[..<$0]) } ?? ""
        if !directory.isEmpty, Glibc.access(directory, F_OK) != 0 {
            try makeOpenDirectory(directory)
        }
        if try makeLink(paths.bootMark) { return }
        guard try linkText(paths.bootMark) != boot.rawValue else { return }
        let draft = paths.bootMark + ".\(getpid())"
        unlink(draft)
        _ = try makeLink(draft)
        try systemCall("rename to \(paths.bootMark)", on: draft) { rename(draft, paths.bootMark) }
    }

    /// - Returns: false if there is something of the name.
    private func makeLink(_ path: String) throws(SystemCallError) -> Bool {
        do {
            try systemCall("make", on: path) { symlink(boot.rawValue, path) }
            return true
        } catch  where error.errno == .exists {
            return false
        }
    }

    /// What the mark says; nil if there is none, or it may not be seen: then the file may not either.
    static func mark(_ paths: StatePaths) throws(SystemCallError) -> String? {
        do {
            return try linkText(paths.bootMark)
        } catch  where error.errno == .accessDenied {
            return nil
        }
    }

    /// Deletes the file of another boot with all that belongs to it.
    private func discard() throws {
        // Otherwise a slower process would delete the file that a faster one has created meanwhile.
        let lock = try FileLock(
            path: paths.state + "-discard", mode: .exclusive,
            deadline: Deadline(after: StateFile.busyTimeout))
        try withExtendedLifetime(lock) {
            guard let mark = try linkText(paths.bootMark), mark != boot.rawValue else { return }
            try deleteFile(paths.state + "-journal")
            try deleteFile(paths.state + "-wal")
            try deleteFile(paths.state + "-shm")
            try deleteFile(paths.state)
            for name in try directoryNamesIfPresent(paths.markers) {
                try deleteFile(paths.markers + "/" + name)
            }
            try self.mark()
        }
    }
}
