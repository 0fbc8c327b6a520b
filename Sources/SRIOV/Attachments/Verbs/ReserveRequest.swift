/// A request for a handover: owner, VF and settings.
package struct ReserveRequest: Hashable, Sendable {
    /// Who the function is recorded for.
    package var owner: AttachmentOwner
    /// An address may also be that of a PF, which is then given away as a whole.
    package var selection: VFSelection
    /// What is set on the VF and its interface.
    package var settings: VFSettings
    /// Kept in the record for the front end's own undo; nil for nothing.
    package var frontEndData: String?

    package init(
        owner: AttachmentOwner, selection: VFSelection, settings: VFSettings,
        frontEndData: String? = nil
    ) {
        self.owner = owner
        self.selection = selection
        self.settings = settings
        self.frontEndData = frontEndData
    }
}
