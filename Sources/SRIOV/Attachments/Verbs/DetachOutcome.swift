/// What a detach found and left.
package struct DetachOutcome: Sendable {
    /// The record that was undone; nil if there was none for the owner.
    package let attachment: Attachment?

    /// What the hardware refused to take back now, in words; the record stays in phase restoring for it, and
    /// the VF is given to nobody until it is done. Empty if the VF is pristine.
    package let unrestored: [String]
}
