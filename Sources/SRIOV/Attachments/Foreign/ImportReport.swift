package import LinuxSystem

/// What an import found and did.
package struct ImportReport: Sendable {
    package struct Entry: Sendable {
        /// The other program's file.
        package let path: String
        /// nil if the file does not tell.
        package let virtualFunction: PCIAddress?
        /// nil if the file does not tell.
        package let owner: AttachmentOwner?
        /// What became of the claim.
        package let result: Result

        init(_ claim: ForeignClaim, _ result: Result, owner: AttachmentOwner? = nil) {
            path = claim.path
            virtualFunction = claim.virtualFunction
            self.owner = owner ?? claim.savedState?.owners.last
            self.result = result
        }
    }

    package enum Result: Hashable, Sendable {
        /// There is a record of it now, and the other program's notes are gone.
        case imported
        /// There was a record of it before.
        case present
        /// Why it was not taken over, in words; nothing was changed.
        case refused(String)
    }

    /// Everything that the other program has written down.
    package let entries: [Entry]

    /// Whether nothing was refused.
    package var isComplete: Bool {
        entries.allSatisfy { entry in
            if case .refused = entry.result { return false }
            return true
        }
    }
}
