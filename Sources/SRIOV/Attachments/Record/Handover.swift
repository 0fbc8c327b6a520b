/// The state of a handover: the runtime moves the interface itself, as Docker does.
package struct Handover: Hashable, Sendable {
    /// Where the runtime moves it, or has moved it; nil until it has named the namespace.
    package var namespace: NamespaceReference?
    /// When the phase began, in seconds since the machine was booted.
    package var phaseBegan: Int64
    /// Whether the VF is trusted temporarily, until it is in its container, so that the runtime can set its MAC.
    package var isTemporarilyTrusted: Bool

    package init(
        namespace: NamespaceReference? = nil, phaseBegan: Int64, isTemporarilyTrusted: Bool = false
    ) {
        self.namespace = namespace
        self.phaseBegan = phaseBegan
        self.isTemporarilyTrusted = isTemporarilyTrusted
    }
}
