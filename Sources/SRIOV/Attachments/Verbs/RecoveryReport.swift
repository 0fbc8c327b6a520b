/// What a recovery found and did.
package struct RecoveryReport: Sendable {
    package struct Entry: Sendable {
        /// The record as it was found.
        package let attachment: Attachment
        /// What became of it.
        package let result: Result
    }

    package enum Result: Hashable, Sendable {
        /// Everything is as it was before the attachment, and the record is gone.
        case broughtBack
        /// The record was of another boot; the reboot has reset the hardware, and the record is dropped.
        case void
        /// Another process is working on the VF.
        case busy
        /// What is left to do, as text; the record stays.
        case incomplete([String])
    }

    /// The records that needed something, in order of address; a healthy attachment has no entry.
    package let entries: [Entry]

    /// When the timeout ends for a runtime that still has to move a VF or to end an attachment: until then
    /// a recovery leaves that VF alone. Of several the first; nil without such a VF.
    package var nextDeadline: Duration?

    /// Whether nothing is left to do.
    package var isComplete: Bool {
        entries.allSatisfy { entry in
            if case .incomplete = entry.result { return false }
            return true
        }
    }
}
