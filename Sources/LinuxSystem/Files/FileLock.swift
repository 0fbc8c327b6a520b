internal import CLinuxShim
internal import Glibc

/// A lock on a file that the kernel drops when the holder dies: flock(2).
///
/// The file stays behind, empty of meaning; only the lock on it counts.
///
/// Holders of a shared lock that follow one another without a gap would keep an exclusive one out for ever. So who
/// waits for an exclusive lock closes a gate, which is another lock on the same file and dies with the waiter too, and
/// nobody takes a shared lock while it is closed. Who finds the lock free never touches the gate, and a
/// shared lock costs one call of fcntl(2) for it.
package final class FileLock: Sendable {
    package enum Mode: Sendable {
        /// Held by any number of holders at once.
        case shared
        /// The same, also while an exclusive lock is waited for: for who has a shared one on the file already, for
        /// which the exclusive one waits.
        case sharedOnceMore
        /// Held by one holder alone.
        case exclusive
    }

    private let descriptor: Descriptor

    /// Takes the lock, waiting for other holders until the deadline, in shared mode also for those who wait for an
    /// exclusive lock.
    ///
    /// - Parameters:
    ///   - path: The lock file; it and the directories above it are made where missing.
    ///   - deadline: When waiting ends; one that has passed makes a single attempt, for which no gate is closed.
    /// - Throws: `SystemCallError`; with `EAGAIN` if another had the lock, or waited for it, until the end.
    package init(path: String, mode: Mode, deadline: Deadline) throws(SystemCallError) {
        descriptor = try Self.open(path)
        let number = descriptor.rawValue
        var pause: UInt32 = 500
        var hasClosedGate = false
        while true {
            do {
                try Self.take(number, mode, path)
                break
            } catch  where error.errno == .wouldBlock && !deadline.hasPassed {
                if mode == .exclusive, !hasClosedGate {
                    hasClosedGate = try Self.closeGate(number, path)
                }
                // flock(2) has no time limit and a thread that waits in it cannot be called back,
                // so ask again at growing intervals, at most 20 ms apart.
                usleep(pause)
                pause = min(pause * 2, 20_000)
            }
        }
        // An attempt that has failed opens it by closing the file.
        if hasClosedGate { try systemCall("unlock", on: path) { vfmap_open_gate(number) } }
    }

    /// One attempt, without waiting.
    ///
    /// - Throws: `SystemCallError`; with `EAGAIN` if another has the lock, or waits for it.
    private static func take(
        _ number: Int32, _ mode: Mode, _ path: String
    ) throws(SystemCallError) {
        if mode == .shared,
            try systemCall("lock", on: path, { vfmap_gate_is_closed(number) }) == 1
        {
            throw SystemCallError(operation: "lock", subject: path, errno: .wouldBlock)
        }
        let operation = mode == .exclusive ? LOCK_EX : LOCK_SH
        try systemCall("lock", on: path) { flock(number, operation | LOCK_NB) }
    }

    /// - Returns: false if another waiter has closed it, behind which this one waits as well.
    private static func closeGate(
        _ number: Int32, _ path: String
    ) throws(SystemCallError) -> Bool {
        do {
            try systemCall("lock", on: path) { vfmap_close_gate(number) }
            return true
        } catch  where error.errno == .wouldBlock {
            return false
        }
    }

    private static func open(_ path: String) throws(SystemCallError) -> Descriptor {
        do {
            return try Descriptor(opening: path, flags: O_RDWR | O_CREAT, permissions: 0o600)
        } catch  where error.errno == .noSuchFile {
            guard let slash = path.lastIndex(of: "/") else { throw error }
            try makeDirectories(String(path[..<slash]))
            return try Descriptor(opening: path, flags: O_RDWR | O_CREAT, permissions: 0o600)
        }
    }

    deinit {
        // Closing alone would leave the lock to a child that another thread has forked and that has not yet
        // called exec(2), which closes its copy.
        flock(descriptor.rawValue, LOCK_UN)
    }
}
