internal import LinuxSystem

extension Manager {
    /// Picks the VF and takes its locks; a VF that a dead writer or a vanished container left
    /// behind is brought back first.
    ///
    /// - Parameter mayBePhysicalFunction: Whether an address may be a PF's, which is then claimed as a whole.
    /// - Throws: `ManagerError` `inUse` with the holder's name, `noneFree`, `notFound`.
    func claim(
        _ selection: VFSelection, for owner: AttachmentOwner, mayBePhysicalFunction: Bool = false
    ) throws(ManagerError) -> (VirtualFunction, AttachmentLocks) {
        switch selection {
        case .address(let address):
            if mayBePhysicalFunction, let parent = try wholePhysicalFunction(at: address) {
                return try claimWhole(parent)
            }
            let unlocked = try virtualFunction(at: address, isUnlocked: true)
            let locks = try AttachmentLocks(
                unlocked, in: locks, deadline: Deadline(after: patience.lock))
            let function = try virtualFunction(at: address)
            guard try makeFree(function) else { return (function, locks) }
            // Bringing it back may have moved its interface.
            return (try virtualFunction(at: address), locks)
        case .anyOf, .pool:
            return try claimAny(of: try candidates(of: selection))
        }
    }

    /// The VF that a claim would pick, with nothing locked or brought back.
    func preview(_ selection: VFSelection) throws(ManagerError) -> VirtualFunction {
        switch selection {
        case .address(let address):
            let function = try virtualFunction(at: address)
            if let holder = try holder(of: function) { throw inUse(function, by: holder) }
            if let claim = try foreignClaim(on: address), try isLive(claim) {
                throw inUse(address, by: claim)
            }
            return function
        case .anyOf, .pool:
            let candidates = try candidates(of: selection)
            for address in candidates.addresses {
                let function = try virtualFunction(at: address)
                if try isAvailable(function, in: candidates), try !isHeld(function) {
                    return function
                }
            }
            throw candidates.noneFree
        }
    }

    private func claimAny(
        of candidates: VFCandidates
    ) throws(ManagerError) -> (VirtualFunction, AttachmentLocks) {
        let deadline = Deadline(after: patience.returnOfInterface)
        // Free ones first: bringing back what somebody left behind takes time.
        for mayBringBack in [false, true] {
            for address in candidates.addresses {
                let function = try virtualFunction(at: address)
                if !mayBringBack, try isHeld(function) { continue }
                guard let locks = try AttachmentLocks.ifFree(function, in: self.locks) else {
                    continue
                }
                do {
                    try sharing(deadline).makeFree(function)
                } catch  where [.inUse, .obstructed, .incomplete].contains(error.code) {
                    continue
                }
                let present = try virtualFunction(at: address)
                if try isAvailable(present, in: candidates) { return (present, locks) }
            }
        }
        throw candidates.noneFree
    }

    /// Whether there is a record of a VF, or another program's claim on it.
    private func isHeld(_ function: VirtualFunction) throws(ManagerError) -> Bool {
        if try holder(of: function) != nil { return true }
        return try foreignClaim(on: function.address) != nil
    }

    /// Sees to it that no record, and no other program, holds a VF whose lock we have.
    ///
    /// - Returns: Whether it had to be brought back.
    @discardableResult
    func makeFree(_ function: VirtualFunction) throws(ManagerError) -> Bool {
        var found = try holder(of: function)
        if found == nil { found = try abandonedClaim(on: function) }
        guard let attachment = found else { return false }
        guard try staleness(of: attachment) != nil else { throw inUse(function, by: attachment) }
        let outcome = bringBack(attachment, within: nil, releasing: releaseByRecord)
        if outcome.isComplete { return true }
        // An address that an IPAM does not take back is lost to it, but the VF is as it was.
        if outcome.isVFComplete {
            for failure in outcome.failures { warn("\(failure), proceeding anyway") }
            do {
                try store.remove(attachment)
                return true
            } catch {
                throw .wrapping(error, "drop the record of \(function.address)")
            }
        }
        throw ManagerError(
            .incomplete,
            "VF \(function.address) could not be brought back from \(attachment.owner)",
            causes: outcome.failures)
    }

    /// Writes a new record; where it collides with one of the same owner whose container is gone, that one is
    /// brought back first.
    func insert(_ attachment: Attachment) throws {
        do {
            try store.insert(attachment)
        } catch StoreError.conflict(let existing) {
            // One of the VF itself, or of its PF as a whole.
            guard existing.owner == attachment.owner,
                existing.virtualFunction != attachment.virtualFunction
            else { throw inUse(existing.virtualFunction, by: existing) }
            let function = try virtualFunction(at: existing.virtualFunction)
            let locks = try AttachmentLocks(
                function, in: locks, deadline: Deadline(after: .zero))
            try withExtendedLifetime(locks) {
                try makeFree(function)
                try store.insert(attachment)
            }
        }
    }

    func holder(of function: VirtualFunction) throws(ManagerError) -> Attachment? {
        do {
            return try store.attachment(of: function.address)
        } catch {
            throw .wrapping(error, "look up who has \(function.address)")
        }
    }

    private func inUse(_ function: VirtualFunction, by attachment: Attachment) -> ManagerError {
        inUse(function.address, by: attachment)
    }

    func inUse(_ address: PCIAddress, by attachment: Attachment) -> ManagerError {
        ManagerError(
            .inUse,
            "\(attachment.index == nil && attachment.physicalFunction == nil ? "function" : "VF") \(address) is \(attachment.phase.rawValue) to \(attachment.owner) in "
                + attachment.place)
    }
}
