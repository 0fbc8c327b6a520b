/// Why what lies at a `ConfinedPath` is not used.
package enum ConfinedPathError: Error, Hashable, Sendable {
    /// It is a directory, a device, a FIFO or a socket.
    case notRegular(String)
    /// It has hard links, of which one may lie outside the trusted directory.
    case hasOtherNames(String)
}

extension ConfinedPathError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notRegular(let path): "\(path) is not a regular file"
        case .hasOtherNames(let path): "\(path) has other names, that is, hard links"
        }
    }
}
