/// How far an attachment has come.
package enum AttachmentPhase: String, Codable, Sendable {
    /// Being made. Found under the VF's lock it means that the writer died: undo it.
    case preparing
    /// In use by its owner.
    case attached
    /// Being undone. Found under the VF's lock it means that the writer died: go on undoing.
    case detaching
    /// Out of the container, but the hardware refused to take some original setting back: the VF
    /// is not given to anybody until that is done.
    case restoring
}
