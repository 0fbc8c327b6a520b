package import LinuxSystem

/// What is to be given back, and what is known about it should the record be lost.
package struct DetachRequest: Hashable, Sendable {
    /// Whose attachment ends.
    package var owner: AttachmentOwner
    /// The VF that the owner's configuration names; nil if it names none.
    package var virtualFunction: PCIAddress?
    /// Where the VF was moved, as the caller remembers it; nil if it does not.
    package var namespacePath: String?
    /// What was asked for, to clear it without a record; nil if not known.
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
