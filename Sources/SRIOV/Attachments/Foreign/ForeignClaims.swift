package import LinuxSystem

/// The cache of sriov-cni, which gives VFs away on this machine too, or did so before vfmap was installed.
///
/// The engine reads it where a VF has no record.
package struct ForeignClaims: Sendable {
    /// The claim that counts on a VF; nil for none.
    package let claim: @Sendable (PCIAddress) throws -> ForeignClaim?
    /// The claim of an owner, even if it is void; nil for none.
    package let claimOfOwner: @Sendable (AttachmentOwner) throws -> ForeignClaim?
    /// Every claim, and everything that looks like one.
    package let all: @Sendable () throws -> [ForeignClaim]
    /// Removes the files of a claim; files that are gone count as removed.
    package let forget: @Sendable (ForeignClaim) throws -> Void

    package init(
        claim: @escaping @Sendable (PCIAddress) throws -> ForeignClaim?,
        claimOfOwner: @escaping @Sendable (AttachmentOwner) throws -> ForeignClaim?,
        all: @escaping @Sendable () throws -> [ForeignClaim],
        forget: @escaping @Sendable (ForeignClaim) throws -> Void
    ) {
        self.claim = claim
        self.claimOfOwner = claimOfOwner
        self.all = all
        self.forget = forget
    }

    /// The claim that counts on each VF that has one, which costs as little as that on one of them.
    func byFunction() throws -> [PCIAddress: ForeignClaim] {
        var claims: [PCIAddress: ForeignClaim] = [:]
        // A claim that is void has neither: another is newer, or the file is damaged.
        for claim in try all() where claim.savedState != nil || claim.namespacePath != nil {
            guard let function = claim.virtualFunction else { continue }
            if claims[function]?.savedState == nil { claims[function] = claim }
        }
        return claims
    }

    /// An empty cache.
    package static let none = ForeignClaims(
        claim: { _ in nil }, claimOfOwner: { _ in nil }, all: { [] }, forget: { _ in })
}
