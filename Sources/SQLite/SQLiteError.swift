internal import CSQLite
package import LinuxSystem

/// What SQLite answered to a call that failed.
package struct SQLiteError: Error, Hashable, Sendable {
    /// The extended result code.
    package let code: Int32

    /// SQLite's words.
    package let message: String

    /// The kernel's answer beneath it; nil where there was none.
    package let errno: ErrorNumber?

    /// Whether it says one thing in particular, as one of the primary codes such as `SQLITE_BUSY`.
    func isKind(_ primary: Int32) -> Bool { code & 0xff == primary }

    /// Whether another connection was in the way until the busy timeout ended.
    package var isBusy: Bool { isKind(SQLITE_BUSY) }

    /// Whether a write was refused because the file was opened for reading only.
    package var isReadOnly: Bool { isKind(SQLITE_READONLY) }
}

extension SQLiteError: CustomStringConvertible {
    /// SQLite's words, then the kernel's: `unable to open database file: permission denied (EACCES)`.
    package var description: String {
        guard let errno else { return message }
        return "\(message): \(errno)"
    }
}
