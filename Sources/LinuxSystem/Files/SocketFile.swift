internal import Glibc

/// The file of a socket that this process made.
package struct SocketFile: Hashable, Sendable {
    /// The path as it was given to bind(2).
    package let path: String
    private let device: UInt64
    private let inode: UInt64

    /// - Throws: `SystemCallError` if there is none.
    init(at path: String) throws(SystemCallError) {
        var status = stat()
        try systemCall("stat", on: path) { lstat(path, &status) }
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Removes the file, unless it has gone or another has taken its place.
    package func remove() {
        guard let now = try? SocketFile(at: path), now == self else { return }
        // Should the file stay, the next process finds a stale socket and replaces it.
        unlink(path)
    }
}
