/// What a detach found and left.
package struct DetachOutcome: Sendable {
    /// The record that was undone; nil if there was none for the owner.
    package let attachment: Attachment?

    /// The settings that the hardware refused to restore now, as text; the record stays in phase restoring,
    /// and the VF is not given away until they are restored. Empty if the VF is pristine.
    package let unrestored: [String]
}
