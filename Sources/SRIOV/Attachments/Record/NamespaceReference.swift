package import LinuxSystem

/// A network namespace as stored in a record.
package enum NamespaceReference: Hashable, Sendable {
    /// A runtime has named the path; the namespace need not exist so far.
    case announced(path: String)
    /// It was open when the record was written.
    case seen(path: String, NamespaceIdentity)
    /// It was gone already when the record was made from sriov-cni's cache.
    ///
    /// - Parameter path: Where it had been; nil if the cache does not contain it.
    case lost(path: String?)
}

extension NamespaceReference {
    /// Where it was found, or is to be; nil if unknown.
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
