package import LinuxSystem

/// The attachment to be undone, and what the caller knows about it if the record is lost.
package struct DetachRequest: Hashable, Sendable {
    /// Whose attachment ends.
    package var owner: AttachmentOwner
    /// The VF that the owner's configuration names; nil if it names none.
    package var virtualFunction: PCIAddress?
    /// Where the VF was moved, as far as the caller knows; nil if it does not.
    package var namespacePath: String?
    /// The requested settings, to clear them without a record; nil if unknown.
    package var settings: VFSettings?

    package init(
        owner: AttachmentOwner, virtualFunction: PCIAddress? = nil, namespacePath: String? = nil,
        settings: VFSettings? = nil
    ) {
        self.owner = owner
        self.virtualFunction = virtualFunction
        self.namespacePath = namespacePath
        self.settings = settings
    }
}
