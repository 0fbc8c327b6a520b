internal import Glibc

/// Variables of an environment by name: those of this process, or others.
///
/// Those of the process are looked up where they are, and copied only by `all`: a short program needs few of them.
/// Nothing in this process changes them.
package enum EnvironmentVariables: Hashable, Sendable {
    case process
    case other([String: String])

    /// The value of a variable, repaired where it is no UTF-8; nil if there is none.
    package subscript(name: String) -> String? {
        switch self {
        case .process: getenv(name).map { String(cString: $0) }
        case .other(let variables): variables[name]
        }
    }

    /// The value of a variable; nil if there is none, or it is empty.
    package func nonEmpty(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    /// All of them, by name.
    package var all: [String: String] {
        switch self {
        case .process: processEnvironment()
        case .other(let variables): variables
        }
    }

    /// Those that a child may have: without what only this process is told by systemd, which a child could take for
    /// its own (sockets, notifications, watchdog, directories), and without this program's own settings.
    package var forChildren: [String: String] {
        all.filter { !Self.isOurs($0.key) }
    }

    /// The variables of systemd.exec(5) about one service and its processes, and vfmap's.
    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "NOTIFY_SOCKET", "JOURNAL_STREAM", "INVOCATION_ID", "MAINPID", "MANAGERPID",
            "MANAGERPIDFDID", "SYSTEMD_EXEC_PID", "FDSTORE", "CREDENTIALS_DIRECTORY",
            "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY",
            "CONFIGURATION_DIRECTORY":
            true
        default:
            ["VFMAP_", "LISTEN_", "WATCHDOG_", "MEMORY_PRESSURE_"].contains {
                name.utf8.starts(with: $0.utf8)
            }
        }
    }
}
