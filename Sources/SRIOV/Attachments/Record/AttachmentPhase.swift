/// How far an attachment has come.
package enum AttachmentPhase: String, CaseIterable, Sendable {
    /// Being made. Found under the VF's lock it means that the writer died: undo it.
    case preparing
    /// Configured and in the host, for a runtime that moves it by itself and has not said where.
    case reserved
    /// The runtime has said where it moves it, and has not been seen to have done so.
    case joined
    /// In use by its owner.
    case attached
    /// The runtime takes it out of its container, or has lost the container.
    case leaving
    /// Being undone. Found under the VF's lock it means that the writer died: go on undoing.
    case detaching
    /// Out of the container, but the hardware refused to take some original setting back: the VF
    /// is not given to anybody until that is done.
    case restoring
}
