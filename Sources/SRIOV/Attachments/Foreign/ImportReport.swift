package import LinuxSystem

/// What an import found and did.
package struct ImportReport: Sendable {
    package struct Entry: Sendable {
        /// sriov-cni's file.
        package let path: String
        /// nil if the file does not contain it.
        package let virtualFunction: PCIAddress?
        /// nil if the file does not contain it.
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
        /// There is a record of it now, and sriov-cni's files are removed.
        case imported
        /// There was a record of it before.
        case present
        /// Why it was not taken over, in words; nothing was changed.
        case refused(String)
    }

    /// Every entry of sriov-cni's cache.
    package let entries: [Entry]

    /// Whether nothing was refused.
    package var isComplete: Bool {
        entries.allSatisfy { entry in
            if case .refused = entry.result { return false }
            return true
        }
    }
}
