import Foundation

/// A directory that is deleted with its last user.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Parameter isInMemory: Whether it lies in memory where that is possible: thousands of calls then wait for no disk.
    ///   Otherwise its path is short, as that of a socket must be (107 bytes).
    /// - Throws: If it cannot be made.
    package init(isInMemory: Bool = true) throws {
        let hasMemory = isInMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
        path = "\(hasMemory ? "/dev/shm" : "/tmp")/vfmap-\(UUID().uuidString.prefix(13))"
        // Unprivileged readers of some tests come by here.
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
    }

    deinit {
        // A leftover fails no test.
        try? FileManager.default.removeItem(atPath: path)
    }
}
