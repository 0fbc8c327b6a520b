internal import LinuxSystem
internal import Netlink

extension Attachments {
    /// Imports attachments that sriov-cni made, and that are in use, into the state file.
    ///
    /// The VFs do not change. Each one is imported under its lock: first the record is written, then sriov-cni's
    /// files are removed; if the process dies in between, the next call removes them.
    ///
    /// - Parameter isDryRun: Whether only to report what would be done.
    /// - Throws: `ManagerError` if the other program's notes cannot be read at all.
    package func importAttachments(isDryRun: Bool) throws(ManagerError) -> ImportReport {
        do {
            return ImportReport(
                entries: try foreignClaims.all().map { claim in
                    do {
                        return try importAttachment(claim, isDryRun: isDryRun)
                    } catch {
                        // After one that cannot be imported the others are still imported.
                        return ImportReport.Entry(claim, .refused("\(error)"))
                    }
                })
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "import")
        }
    }

    private func importAttachment(
        _ claim: ForeignClaim, isDryRun: Bool
    ) throws -> ImportReport.Entry {
        guard let savedState = claim.savedState, let address = claim.virtualFunction else {
            return ImportReport.Entry(claim, .refused(claim.problem ?? "tells nothing"))
        }
        guard let function = try host.virtualFunction(at: address) else {
            return ImportReport.Entry(claim, .refused("there is no VF \(address)"))
        }
        guard let locks = try AttachmentLocks.ifFree(function, in: locks) else {
            return ImportReport.Entry(claim, .refused("another process works on \(address)"))
        }
        return try withExtendedLifetime(locks) {
            guard try foreignClaims.claim(address) == claim else {
                return ImportReport.Entry(claim, .refused("it is being changed just now"))
            }
            if let record = try store.attachment(of: address) {
                guard savedState.owners.contains(record.owner) else {
                    return ImportReport.Entry(
                        claim, .refused("VF \(address) belongs to \(record.owner) by now"))
                }
                if !isDryRun { try foreignClaims.forget(claim) }
                return ImportReport.Entry(claim, .present, owner: record.owner)
            }
            let attachment = try liveAttachment(claim, savedState, function)
            if !isDryRun {
                try store.insert(attachment)
                try foreignClaims.forget(claim)
            }
            return ImportReport.Entry(claim, .imported, owner: attachment.owner)
        }
    }

    /// - Throws: `ManagerError` with the reason why it is not one that can be taken over.
    private func liveAttachment(
        _ claim: ForeignClaim, _ savedState: ForeignClaim.SavedState, _ function: VirtualFunction
    ) throws -> Attachment {
        let path: String
        if let known = claim.namespacePath {
            guard try engine.isLive(claim) else {
                throw ManagerError(
                    .notFound,
                    "its network namespace \(known) is gone; DEL, or the next ADD, brings it back")
            }
            path = known
        } else if let found = try holderPath(of: function.address) {
            path = found
        } else {
            throw ManagerError(
                .notFound,
                "no network namespace has it; DEL, or the next ADD, brings it back")
        }
        var name: KernelText?
        if savedState.interfaceName != nil {
            let container = try host.openNamespace(path)
            guard host.identity(of: container) != host.identity(of: home),
                let link = try host.link(
                    of: function.address,
                    expectedName: savedState.owners.last?.interfaceName.map { KernelText($0) },
                    in: container)
            else {
                throw ManagerError(.notFound, "its interface is not in \(path)")
            }
            name = link.name
        }
        let owner =
            savedState.owners.count == 1
            ? savedState.owners.first
            : savedState.owners.first { $0.interfaceName.map { KernelText($0) } == name }
        guard let owner else {
            throw ManagerError(
                .invalidRequest, "the file's name does not tell container from interface")
        }
        return try engine.attachment(
            claim, savedState, of: owner, phase: .attached, function: function,
            namespace: engine.reference(to: path))
    }

    private func holderPath(of address: PCIAddress) throws -> String? {
        try engine.locate(address, expectedName: nil, in: host.otherNamespaces())?.path
    }
}
