/// A request to attach: owner, VF, settings and namespace.
package struct AttachRequest: Hashable, Sendable {
    /// Who the VF is recorded for.
    package var owner: AttachmentOwner
    /// Which VFs may be chosen.
    package var selection: VFSelection
    /// What is set on the VF and its interface.
    package var settings: VFSettings
    /// The path of the namespace that the VF moves into, under the owner's interface name.
    package var namespacePath: String
    /// Kept in the record for the front end's own undo; nil for nothing.
    package var frontEndData: String?
    /// Whether that must be undone even after a reboot, as an IPAM's addresses must.
    package var hasLease: Bool

    package init(
        owner: AttachmentOwner, selection: VFSelection, settings: VFSettings,
        namespacePath: String, frontEndData: String? = nil, hasLease: Bool = false
    ) {
        self.owner = owner
        self.selection = selection
        self.settings = settings
        self.namespacePath = namespacePath
        self.frontEndData = frontEndData
        self.hasLease = hasLease
    }
}
