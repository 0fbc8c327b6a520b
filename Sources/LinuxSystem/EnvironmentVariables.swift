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
}
