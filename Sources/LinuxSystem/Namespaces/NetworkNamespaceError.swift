/// Why a path does not lead to a network namespace.
package enum NetworkNamespaceError: Error, Hashable, Sendable {
    /// There is nothing at the path.
    case missing(String)
    /// There is something else: a file, a directory, a namespace of another kind.
    case notANamespace(String)
}

extension NetworkNamespaceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "network namespace \(path) does not exist"
        case .notANamespace(let path): "\(path) is not a network namespace"
        }
    }
}
