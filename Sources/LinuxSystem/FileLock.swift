internal import Glibc

/// A lock on a file that the kernel drops when the holder dies: flock(2).
///
/// The file stays behind, empty of meaning; only the lock on it counts.
package final class FileLock: Sendable {
    package enum Mode: Sendable {
        /// Held by any number of holders at once.
        case shared
        /// Held by one holder alone.
        case exclusive
    }

    private let descriptor: Descriptor

    /// Takes the lock, waiting for other holders until the deadline.
    ///
    /// - Parameters:
    ///   - path: The lock file; it and the folders above it are made where missing.
    ///   - deadline: When waiting ends; one that has passed makes a single attempt.
    /// - Throws: `SystemCallError`; with `EAGAIN` if another holder had the lock until the end.
    package init(path: String, mode: Mode, deadline: Deadline) throws(SystemCallError) {
        descriptor = try Self.open(path)
        let number = descriptor.rawValue
        let operation = mode == .shared ? LOCK_SH : LOCK_EX
        var pause: UInt32 = 500
        while true {
            do {
                try systemCall("lock", on: path) { flock(number, operation | LOCK_NB) }
                return
            } catch  where error.errno == .wouldBlock && !deadline.hasPassed {
                // flock(2) has no time limit and a thread that waits in it cannot be called back,
                // so ask again at growing intervals, at most 20 ms apart.
                usleep(pause)
                pause = min(pause * 2, 20_000)
            }
        }
    }

    private static func open(_ path: String) throws(SystemCallError) -> Descriptor {
        do {
            return try Descriptor(opening: path, flags: O_RDWR | O_CREAT, permissions: 0o600)
        } catch  where error.errno == .noSuchFile {
            guard let slash = path.lastIndex(of: "/") else { throw error }
            try makeFolders(String(path[..<slash]))
            return try Descriptor(opening: path, flags: O_RDWR | O_CREAT, permissions: 0o600)
        }
    }

    deinit {
        // Closing alone would leave the lock to a child that another thread has forked and that has not yet
        // called exec(2), which closes its copy.
        flock(descriptor.rawValue, LOCK_UN)
    }
}
