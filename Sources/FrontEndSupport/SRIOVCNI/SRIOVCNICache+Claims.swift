internal import LinuxSystem
package import SRIOV

extension SRIOVCNICache {
    /// The files as the engine asks for them.
    package var claims: ForeignClaims {
        ForeignClaims(
            claim: { try claim(on: $0) }, claimOfOwner: { try claim(of: $0) },
            all: { try allClaims() }, forget: { try forget($0) })
    }

    /// The claim that counts on a VF: the allocation file of this boot, with the latest of the files that name the
    /// VF.
    private func claim(on address: PCIAddress) throws -> ForeignClaim? {
        let latest = try latestFiles()[address]
        let place = try namespacePath(of: address)
        if let latest { return complete(latest.claim, place) }
        guard let place else { return nil }
        return ForeignClaim(
            program: Self.program, path: "\(directory)/pci/\(address)", virtualFunction: address,
            namespacePath: place, savedState: nil,
            problem: "no file of \(Self.program) tells whose \(address) is")
    }

    private func claim(of owner: AttachmentOwner) throws -> ForeignClaim? {
        guard owner.frontEnd == FrontEnd.cni.rawValue else { return nil }
        guard let interface = owner.interfaceName else { return nil }
        let name = "\(owner.container)-\(interface)"
        guard let file = try contents(of: name) else { return nil }
        let claim = claim(file, name)
        if let savedState = claim.savedState, !savedState.owners.contains(owner) { return nil }
        guard claim.savedState != nil, let address = claim.virtualFunction else { return claim }
        return complete(claim, try namespacePath(of: address))
    }

    private func allClaims() throws -> [ForeignClaim] {
        let latest = try latestFiles()
        var claims: [ForeignClaim] = []
        for name in try attachmentFiles() {
            guard let file = try contents(of: name) else { continue }
            var claim = claim(file, name)
            if claim.savedState != nil, let address = claim.virtualFunction {
                if let other = latest[address]?.claim, other != claim {
                    claim.savedState = nil
                    claim.problem = "\(other.path) tells of the same VF and is newer"
                } else {
                    claim = complete(claim, try namespacePath(of: address))
                }
            }
            claims.append(claim)
        }
        let told = Set(claims.filter { $0.savedState != nil }.compactMap(\.virtualFunction))
        for name in try allocationFiles() {
            guard let address = PCIAddress(name), !told.contains(address),
                let claim = try self.claim(on: address)
            else { continue }
            claims.append(claim)
        }
        return claims
    }

    private func forget(_ claim: ForeignClaim) throws {
        // The allocation first: without it the other file still tells of the VF.
        if let address = claim.virtualFunction,
            try latestFiles()[address].map({ $0.claim.path == claim.path }) ?? true
        {
            try remove("pci/\(address)")
        }
        guard let slash = claim.path.lastIndex(of: "/") else { return }
        let name = String(claim.path[claim.path.index(after: slash)...])
        if claim.path == "\(directory)/\(name)" { try remove(name) }
    }

    /// For each VF the latest of the sound files that name it.
    private func latestFiles() throws -> [PCIAddress: (file: SRIOVCNIFile, claim: ForeignClaim)] {
        var latest: [PCIAddress: (file: SRIOVCNIFile, claim: ForeignClaim)] = [:]
        for name in try attachmentFiles() {
            guard let file = try contents(of: name) else { continue }
            let claim = claim(file, name)
            guard claim.savedState != nil, let address = claim.virtualFunction else { continue }
            if let other = latest[address], !file.isNewer(than: other.file) { continue }
            latest[address] = (file, claim)
        }
        return latest
    }

    /// - Returns: nil if there is no allocation of this boot.
    private func namespacePath(of address: PCIAddress) throws -> String? {
        guard let file = try contents(of: "pci/\(address)"), file.changed >= bootTime else {
            return nil
        }
        let path = String(decoding: file.bytes, as: UTF8.self).trimmingASCIISpace()
        return path.isEmpty ? nil : path
    }

    private func complete(_ claim: ForeignClaim, _ namespacePath: String?) -> ForeignClaim {
        var claim = claim
        claim.namespacePath = namespacePath
        return claim
    }
}
