package import LinuxSystem

/// A namespace as a record remembers it: where it was found, and what it was.
package struct NamespaceReference: Hashable, Codable, Sendable {
    package var path: String
    package var identity: NamespaceIdentity

    package init(path: String, identity: NamespaceIdentity) {
        self.path = path
        self.identity = identity
    }
}
