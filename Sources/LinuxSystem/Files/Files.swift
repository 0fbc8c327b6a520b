internal import CLinuxShim
internal import Glibc

/// Reads a whole file as text.
///
/// - Parameter limit: The most bytes that are read; what lies beyond is an error, not a cut.
/// - Throws: `SystemCallError`; with `EFBIG` for a file over the limit.
package func readTextFile(_ path: String, limit: Int) throws(SystemCallError) -> String {
    let descriptor = try Descriptor(opening: path)
    return String(decoding: try descriptor.readToEnd(limit: limit, subject: path), as: UTF8.self)
}

/// The names in a directory without `.` and `..`, sorted; bytes that are not UTF-8 come out as replacement characters.
///
/// - Throws: `SystemCallError`, also if the kernel stops in the middle: what was read until then is not all that
///   there is.
package func directoryNames(_ path: String) throws(SystemCallError) -> [String] {
    try directoryEntries(path).map { String(decoding: $0.bytes, as: UTF8.self) }
}

/// The names in a directory; none if there is no such directory.
///
/// - Throws: `SystemCallError` for every other failure.
package func directoryNamesIfPresent(_ path: String) throws(SystemCallError) -> [String] {
    do {
        return try directoryNames(path)
    } catch  where error.errno.isAbsence {
        return []
    }
}

/// Deletes a file; one that is not there is as good as deleted.
///
/// - Returns: Whether it was there.
/// - Throws: `SystemCallError`; the file is still there then.
@discardableResult
package func deleteFile(_ path: String) throws(SystemCallError) -> Bool {
    do {
        try systemCall("delete", on: path) { unlink(path) }
        return true
    } catch  where error.errno.isAbsence {
        return false
    }
}

/// The names in a directory, each as its bytes.
///
/// - Throws: `SystemCallError` if the directory cannot be opened or read to its end.
package func directoryEntries(_ path: String) throws(SystemCallError) -> [KernelText] {
    try Descriptor(opening: path, flags: O_RDONLY | O_DIRECTORY).directoryEntries(subject: path)
}

extension Descriptor {
    /// The names in an open directory without `.` and `..`, sorted.
    ///
    /// A directory that was removed since it was opened is empty, as for readdir(3).
    ///
    /// - Parameter subject: What is read, for the error.
    /// - Throws: `SystemCallError` if the directory cannot be read to its end.
    package borrowing func directoryEntries(
        subject: String
    ) throws(SystemCallError) -> [KernelText] {
        let number = rawValue
        let size = 32_768
        var names: [KernelText] = []
        while true {
            let entries: [UInt8]
            do {
                entries = try bytes(atMost: size) { start throws(SystemCallError) in
                    try systemCall("read", on: subject) {
                        vfmap_read_directory(number, start, size)
                    }
                }
            } catch  where error.errno == .noSuchFile {
                break
            }
            if entries.isEmpty { break }
            names += Self.names(in: entries)
        }
        return names.sorted()
    }

    /// The names in a series of `struct linux_dirent64`, getdents64(2): 8 bytes of inode number, 8 of offset, 2 of the
    /// entry's length, 1 of type, then the name and a NUL.
    private static func names(in entries: [UInt8]) -> [KernelText] {
        var names: [KernelText] = []
        var rest = entries[...]
        while rest.count > 19 {
            let low = Int(rest[rest.startIndex + 16])
            let high = Int(rest[rest.startIndex + 17])
            let length = low | high << 8
            guard length > 19, length <= rest.count else { break }
            let entry = rest.prefix(length)
            let name = KernelText(bytes: entry.dropFirst(19).prefix { $0 != 0 })
            if name != "." && name != ".." { names.append(name) }
            rest = rest.dropFirst(length)
        }
        return names
    }
}

/// Makes a directory and those above it, where they are missing.
///
/// - Parameter permissions: Those of the directories that are made.
/// - Throws: `SystemCallError` for the first directory that cannot be made; those made before it stay. A name that
///   exists (`EEXIST`) is not an error, of whatever kind the file is.
package func makeDirectories(
    _ path: String, permissions: UInt32 = 0o755
) throws(SystemCallError) {
    var built = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
        built += "/" + component
        let directory = built
        do {
            try systemCall("make directory", on: directory) { mkdir(directory, permissions) }
        } catch  where error.errno == .exists {
            continue
        }
    }
}

/// Makes a directory that everybody may look into, whatever the umask, and those above it, where they are missing.
///
/// - Throws: `SystemCallError`; the directories made before the failure stay, the last with its mode unchanged if
///   chmod(2) failed.
package func makeOpenDirectory(_ path: String) throws(SystemCallError) {
    try makeDirectories(path)
    try systemCall("change the mode of", on: path) { chmod(path, 0o755) }
}

extension Descriptor {
    /// Reads until the end of the file.
    ///
    /// - Parameters:
    ///   - limit: The most bytes accepted.
    ///   - subject: What is read, for the error.
    /// - Throws: `SystemCallError`; with `EFBIG` as soon as more than `limit` bytes have come.
    package borrowing func readToEnd(
        limit: Int, subject: String
    ) throws(SystemCallError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try readOnce(limit: 16384, subject: subject)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            if bytes.count > limit {
                throw SystemCallError(
                    operation: "read", subject: subject, errno: ErrorNumber(rawValue: EFBIG))
            }
        }
    }
}

extension Descriptor {
    /// Reads what one call of read(2) gives, at most `limit` bytes.
    ///
    /// - Returns: An empty array at the end of the file.
    /// - Throws: `SystemCallError` if read(2) fails.
    package borrowing func readOnce(
        limit: Int, subject: String
    ) throws(SystemCallError) -> [UInt8] {
        let number = rawValue
        return try bytes(atMost: limit) { start throws(SystemCallError) in
            try systemCall("read", on: subject) { read(number, start, limit) }
        }
    }
}

/// What a call puts into a buffer, which is not cleared before.
///
/// - Parameter fill: Returns how many bytes it has put there.
func bytes(
    atMost limit: Int,
    _ fill: (UnsafeMutablePointer<UInt8>) throws(SystemCallError) -> Int
) throws(SystemCallError) -> [UInt8] {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) {
        buffer throws(SystemCallError) in
        guard let start = buffer.baseAddress else { return [] }
        return Array(buffer[..<(try fill(start))])
    }
}

extension String {
    /// The text without white space at either end.
    package func trimmingASCIISpace() -> String {
        let space: (UInt8) -> Bool = { $0 == 32 || (9...13).contains($0) }
        let bytes = utf8.drop(while: space)
        let length = bytes.count - bytes.reversed().prefix(while: space).count
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }
}

extension ErrorNumber {
    /// Whether it says that a file, device or interface is not there (any more).
    package var isAbsence: Bool {
        self == .noSuchFile || self == .notDirectory || self == .noDevice
            || self == .noSuchDeviceOrAddress
    }
}

/// What a symbolic link says, whole.
///
/// - Returns: nil if there is no such link.
/// - Throws: `SystemCallError` for any other failure.
package func linkText(_ path: String) throws(SystemCallError) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    do {
        let count = try systemCall("read link", on: path) { readlink(path, &buffer, buffer.count) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    } catch  where error.errno.isAbsence || error.errno == .invalidArgument {
        return nil
    }
}

/// What a look at something of another process shows; nil if it has gone, or may not be looked at.
///
/// - Throws: `SystemCallError` of any other kind, such as a want of memory or of descriptors: what it hides is there.
func ifVisible<Value>(
    _ look: () throws(SystemCallError) -> Value
) throws(SystemCallError) -> Value? {
    do {
        return try look()
    } catch
        where error.errno.isAbsence || error.errno == .noSuchProcess
        || error.errno == .accessDenied || error.errno == .notPermitted
    {
        return nil
    }
}
