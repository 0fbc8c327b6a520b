package import LinuxSystem

/// A namespace as a record remembers it: where it was found, and what it was.
package struct NamespaceReference: Hashable, Sendable {
    package var path: String
    /// nil until the namespace has been seen: a runtime that moves VFs by itself may name the path before it
    /// makes the namespace.
    package var identity: NamespaceIdentity?

    package init(path: String, identity: NamespaceIdentity?) {
        self.path = path
        self.identity = identity
    }
}
