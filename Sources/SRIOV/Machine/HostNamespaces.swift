package import LinuxSystem

/// Network namespaces: this process's and those of containers.
///
/// Errors are as `Host` says.
package protocol HostNamespaces: Sendable {
    /// A network namespace held open: it stays alive as long as the value does.
    associatedtype Namespace: Sendable

    /// The namespace of this process.
    ///
    /// - Throws: `SystemCallError` if no socket can be opened in it.
    func hostNamespace() throws -> Namespace

    /// - Throws: `NetworkNamespaceError` if the path leads to none.
    func openNamespace(_ path: String) throws -> Namespace

    func identity(of namespace: Namespace) -> NamespaceIdentity

    /// Whether a process lives in a namespace: one that only a path keeps alive has none.
    func hasProcess(in namespace: NamespaceIdentity) throws -> Bool
}
