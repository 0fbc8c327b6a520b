internal import CLinuxShim
internal import Glibc

/// An open file descriptor with one owner, closed when the owner lets go of it.
///
/// Every descriptor made here is close-on-exec: a child that inherited a namespace or a lock would
/// keep it alive.
package struct Descriptor: ~Copyable, Sendable {
    /// The descriptor's number, for calls that only borrow it.
    package let rawValue: Int32

    /// Takes over an open descriptor.
    ///
    /// - Parameter rawValue: An open descriptor that nobody else closes.
    package init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: The path, relative to the working directory unless absolute.
    ///   - flags: The flags of open(2); `O_CLOEXEC` is added.
    ///   - permissions: Those of a file that `O_CREAT` makes.
    /// - Throws: `SystemCallError` with the path as its subject.
    package init(
        opening path: String, flags: Int32 = O_RDONLY, permissions: UInt32 = 0o600
    ) throws(SystemCallError) {
        rawValue = try systemCall("open", on: path) { vfmap_open(path, flags, permissions) }
    }

    /// Gives the descriptor away: it stays open, and whoever gets its number closes it.
    package consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    deinit {
        close(rawValue)
    }
}
