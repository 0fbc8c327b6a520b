import Glibc
import LinuxSystem

/// The rights of this process.
enum Privilege {
    /// Gives up root for good; only for a process that a test made for this.
    static func drop() throws {
        try systemCall("drop groups", on: "") { setgroups(0, nil) }
        try systemCall("change group", on: "") { setgid(65534) }
        try systemCall("change user", on: "") { setuid(65534) }
    }
}
