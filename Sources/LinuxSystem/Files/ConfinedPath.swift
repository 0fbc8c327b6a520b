internal import CLinuxShim
internal import Glibc

/// The path of a file below a trusted directory, written by someone who is not trusted with the rest of the file system.
///
/// Whatever lies there, nothing outside the directory is opened, made or removed: a path with `..` is none of these, and of the
/// components behind the directory no symbolic link is followed, the last included. Links in the directory's own path are
/// followed, for whoever trusts it chose them.
package struct ConfinedPath: Hashable, Sendable {
    /// The trusted directory.
    package let directory: String
    /// What leads from there to the file; at least one.
    private let components: [String]

    /// - Parameters:
    ///   - path: An absolute path; repeated slashes and `.` do not matter.
    ///   - directory: An absolute path.
    /// - Returns: nil for a path that does not lead below the directory by its text alone, or not to a file.
    package init?(_ path: String, below directory: String) {
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else { return nil }
        let all = Self.components(of: path)
        let trusted = Self.components(of: directory)
        guard all.count > trusted.count, all.starts(with: trusted), !all.contains("..") else {
            return nil
        }
        self.directory = directory
        components = Array(all.dropFirst(trusted.count))
    }

    private static func components(of path: String) -> [String] {
        // By bytes: a combining mark behind a slash would make another character of it.
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
            .filter { $0 != "." }
    }

    /// Opens the file without waiting for whatever may be in its place.
    ///
    /// - Parameters:
    ///   - flags: The flags of open(2); `O_NOFOLLOW`, `O_NONBLOCK`, `O_NOCTTY` and `O_CLOEXEC` are added.
    ///   - permissions: Those of a file that `O_CREAT` makes.
    /// - Throws: `SystemCallError` or `ConfinedPathError`, for anything but a regular file.
    package func open(flags: Int32, permissions: UInt32 = 0o600) throws -> Descriptor {
        let file = try parent().open(
            name, flags: flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, permissions: permissions,
            subject: description)
        guard try status(of: file).st_mode & S_IFMT == S_IFREG else {
            throw ConfinedPathError.notRegular(description)
        }
        return file
    }

    /// Opens a file of no other name for writing at its end, and makes it where it is missing; its directory must be there.
    ///
    /// - Throws: `SystemCallError` or `ConfinedPathError`.
    package func openForAppending(permissions: UInt32) throws -> Descriptor {
        let file = try open(flags: O_WRONLY | O_APPEND | O_CREAT, permissions: permissions)
        // Another name may be that of a file outside.
        guard try status(of: file).st_nlink == 1 else {
            throw ConfinedPathError.hasOtherNames(description)
        }
        return file
    }

    /// Writes the file, whole or not at all, in place of one that is there; directories below the trusted one are made where they are missing.
    ///
    /// - Throws: `SystemCallError`; the file is as it was then.
    package func replace(
        with bytes: [UInt8], permissions: UInt32 = 0o644
    ) throws(SystemCallError) {
        let parent = try parent(makingMissing: true)
        // A name that cannot be known before, and whatever has it all the same is not opened.
        let draft = ".vfmap-" + hexadecimal(UInt64.random(in: 0...UInt64.max), digits: 16)
        let subject = "\(description) (\(draft))"
        let file = try parent.open(
            draft, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, permissions: permissions,
            subject: subject)
        let number = parent.rawValue
        do {
            try file.write(bytes, subject: subject)
            try systemCall("rename", on: subject) { renameat(number, draft, number, name) }
        } catch {
            unlinkat(number, draft, 0)
            throw error
        }
    }

    /// Removes the name of the file, whatever it is, but for a directory.
    ///
    /// - Throws: `SystemCallError`, with `ENOENT` if there is no such name, with `EISDIR` for a directory; nothing is
    ///   removed then.
    package func remove() throws(SystemCallError) {
        let parent = try parent()
        let number = parent.rawValue
        try systemCall("remove", on: description) { unlinkat(number, name, 0) }
    }

    private var name: String { components[components.count - 1] }

    /// The directory that has the file.
    private func parent(makingMissing: Bool = false) throws(SystemCallError) -> Descriptor {
        var directory = try Descriptor(opening: self.directory, flags: O_DIRECTORY)
        var path = self.directory
        for component in components.dropLast() {
            path += "/" + component
            if makingMissing { try directory.makeDirectory(component, subject: path) }
            directory = try directory.open(
                component, flags: O_DIRECTORY | O_NOFOLLOW, subject: path)
        }
        return directory
    }

    private func status(of file: borrowing Descriptor) throws(SystemCallError) -> stat {
        var status = stat()
        let number = file.rawValue
        try systemCall("stat", on: description) { fstat(number, &status) }
        return status
    }
}

extension ConfinedPath: CustomStringConvertible {
    /// The path, with the trusted directory as it was given.
    package var description: String { directory + "/" + components.joined(separator: "/") }
}

extension Descriptor {
    /// Opens what has a name in this directory.
    fileprivate borrowing func open(
        _ name: String, flags: Int32, permissions: UInt32 = 0, subject: String
    ) throws(SystemCallError) -> Descriptor {
        let number = rawValue
        return Descriptor(
            owning: try systemCall("open", on: subject) {
                vfmap_open_at(number, name, flags, permissions)
            })
    }

    /// Makes a directory in this one, unless there is something of its name.
    fileprivate borrowing func makeDirectory(
        _ name: String, subject: String
    ) throws(SystemCallError) {
        let number = rawValue
        do {
            try systemCall("make directory", on: subject) { mkdirat(number, name, 0o755) }
        } catch  where error.errno == .exists {
            return
        }
    }
}
