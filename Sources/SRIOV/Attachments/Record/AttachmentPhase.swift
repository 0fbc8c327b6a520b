/// The phase of an attachment.
package enum AttachmentPhase: String, CaseIterable, Sendable {
    /// Being made. Found under the VF's lock it means that the writer died: undo it.
    case preparing
    /// Configured and in the host, in a handover whose runtime has not named the namespace.
    case reserved
    /// The runtime has named the namespace; the VF has not been seen there.
    case joined
    /// In use by its owner.
    case attached
    /// The runtime takes it out of its container, or has lost the container.
    case leaving
    /// Being undone. Found under the VF's lock it means that the writer died: go on undoing.
    case detaching
    /// Out of the container, but the hardware refused to restore some original setting:
    /// the VF is not given away until that is done.
    case restoring
}
