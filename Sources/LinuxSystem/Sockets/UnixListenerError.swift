/// Why a socket cannot be made at a path; nothing was changed.
package enum UnixListenerError: Error, Hashable, Sendable {
    /// A process listens there.
    case inUse(String)
    /// There is something else.
    case notASocket(String)
}

extension UnixListenerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inUse(let path): "socket \(path): another process listens on it"
        case .notASocket(let path): "socket \(path): there is something that is not a socket"
        }
    }
}
