package import LinuxSystem

/// A network namespace as a record remembers it.
package enum NamespaceReference: Hashable, Sendable {
    /// A runtime has named the path, and may yet have to make the namespace.
    case announced(path: String)
    /// It was open when the record was written.
    case seen(path: String, NamespaceIdentity)
    /// It was gone already when the record was written, from the notes of another program.
    ///
    /// - Parameter path: Where it had been; nil if the notes do not tell.
    case lost(path: String?)
}

extension NamespaceReference {
    /// Where it was found, or is to be; nil if nobody has told.
    package var path: String? {
        switch self {
        case .announced(let path), .seen(let path, _): path
        case .lost(let path): path
        }
    }

    /// What it was; nil if it was never seen.
    package var identity: NamespaceIdentity? {
        if case .seen(_, let identity) = self { identity } else { nil }
    }
}
