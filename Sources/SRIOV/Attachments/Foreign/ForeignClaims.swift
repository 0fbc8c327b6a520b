package import LinuxSystem

/// The notes of another program that gives VFs away on this machine too, or did so before vfmap came.
///
/// The engine asks them where no record of its own tells who has a VF.
package struct ForeignClaims: Sendable {
    /// The claim that counts on a VF; nil for none.
    package let claim: @Sendable (PCIAddress) throws -> ForeignClaim?
    /// The claim of an owner, be it void; nil for none.
    package let claimOfOwner: @Sendable (AttachmentOwner) throws -> ForeignClaim?
    /// Every claim, and everything that looks like one.
    package let all: @Sendable () throws -> [ForeignClaim]
    /// Removes the notes on a claim; ones that are gone are as good as removed.
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
        // A claim that is void has neither: another is newer, or the note is damaged.
        for claim in try all() where claim.savedState != nil || claim.namespacePath != nil {
            guard let function = claim.virtualFunction else { continue }
            if claims[function]?.savedState == nil { claims[function] = claim }
        }
        return claims
    }

    /// No other program.
    package static let none = ForeignClaims(
        claim: { _ in nil }, claimOfOwner: { _ in nil }, all: { [] }, forget: { _ in })
}
