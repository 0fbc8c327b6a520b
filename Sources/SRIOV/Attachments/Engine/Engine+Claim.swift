internal import LinuxSystem

extension Engine {
    /// Picks the VF and takes its locks. A stale VF, of a dead writer or a vanished container, is
    /// brought back first. For a VF that is named by its address `record` does that, if the VF is in use.
    ///
    /// - Parameter mayBePhysicalFunction: Whether an address may be a PF's, which is then claimed as a whole.
    /// - Throws: `ManagerError` `inUse` with the holder's name, of a VF that is asked for by its address only where
    ///   that is another program, or somebody at work on it; `noneFree`, `notFound`.
    func claim(
        _ selection: VFSelection, mayBePhysicalFunction: Bool = false
    ) throws(ManagerError) -> LockedFunction {
        switch selection {
        case .address(let address):
            if mayBePhysicalFunction, let parent = try wholePhysicalFunction(at: address) {
                return try claimWhole(parent)
            }
            let unlocked = try virtualFunction(at: address, detail: .parentage)
            let locks = try AttachmentLocks(
                unlocked, in: locks, deadline: Deadline(after: timeouts.lock))
            let function = try virtualFunction(at: address)
            guard try foreignClaim(on: address) != nil else {
                return LockedFunction(function: function, locks: locks, isKnownFree: false)
            }
            try reclaimIfStale(function)
            return LockedFunction(
                // Bringing it back may have moved its interface.
                function: try virtualFunction(at: address), locks: locks, isKnownFree: true)
        case .anyOf, .pool:
            return try claimAny(of: try candidates(of: selection))
        }
    }

    /// The VF that a claim would pick, with nothing locked or brought back.
    func preview(_ selection: VFSelection) throws(ManagerError) -> VirtualFunction {
        switch selection {
        case .address(let address):
            let function = try virtualFunction(at: address)
            if let holder = try attachment(on: function) { throw inUse(function, by: holder) }
            if let claim = try foreignClaim(on: address), try isInUse(claim) {
                throw inUse(address, by: claim)
            }
            return function
        case .anyOf, .pool:
            let candidates = try candidates(of: selection)
            for address in candidates.addresses {
                let function = try virtualFunction(at: address)
                if try !hasOwner(function), try isClaimable(function, nil, in: candidates) {
                    return function
                }
            }
            throw candidates.noneFree
        }
    }

    private func claimAny(
        of candidates: VFCandidates
    ) throws(ManagerError) -> LockedFunction {
        let deadline = Deadline(after: timeouts.returnOfInterface)
        let search = Deadline(after: timeouts.search)

        let lockDeadline = Deadline(after: timeouts.lock)
        // Free ones first: bringing back a stale VF takes time.
        for mayBringBack in [false, true] {
            for address in candidates.addresses {
                let function = try virtualFunction(at: address)
                if !mayBringBack, try hasOwner(function) { continue }
                // A PF that is being changed, or about to be, is worth waiting for only where no other has a free VF.
                let locks = try AttachmentLocks.ifFree(
                    function, in: self.locks,
                    parentDeadline: mayBringBack ? lockDeadline : Deadline(after: .zero))
                guard let locks else { continue }
                do {
                    try sharing(deadline, search: search).reclaimIfStale(function)
                } catch  where [.inUse, .obstructed, .incomplete].contains(error.code) {
                    continue
                }
                let present = try virtualFunction(at: address)
                if try isClaimable(present, nil, in: candidates) {
                    return LockedFunction(function: present, locks: locks, isKnownFree: true)
                }
            }
        }
        throw candidates.noneFree
    }

    /// Examines a claimed function and writes its record, phase preparing: the undo is written before anything
    /// is changed.
    ///
    /// Most VFs that are asked for by address are free. So the ownership query is skipped: a VF in use fails
    /// examination or conflicts on insert, and only then is its owner looked up.
    ///
    /// - Parameter make: Makes the record, and checks everything else that must hold before anything is changed.
    /// - Throws: `ManagerError`, `inUse` with the holder's name; nothing is changed.
    func record(
        _ locked: LockedFunction, for settings: VFSettings,
        _ make: (AttachCandidate) throws -> Attachment
    ) throws -> (AttachCandidate, Attachment) {
        func write(_ function: VirtualFunction) throws -> (AttachCandidate, Attachment) {
            let candidate = try examine(function, for: settings)
            let attachment = try make(candidate)
            try insert(attachment)
            return (candidate, attachment)
        }
        let function = locked.function
        do {
            return try write(function)
        } catch {
            // A state file that cannot be written now is not waited for a second time.
            guard !locked.isKnownFree,
                ![.stateUnusable, .stateBusy].contains(ManagerError.code(of: error)),
                try reclaimIfStale(function)
            else { throw error }
            // Bringing it back may have moved its interface, and changed all that was examined.
            return try write(try virtualFunction(at: function.address))
        }
    }

    /// Whether there is a record of a VF, or a claim of sriov-cni on it.
    private func hasOwner(_ function: VirtualFunction) throws(ManagerError) -> Bool {
        if try attachment(on: function) != nil { return true }
        return try foreignClaim(on: function.address) != nil
    }

    /// Brings a VF back whose record or claim of sriov-cni is stale; the VF's lock must be held.
    ///
    /// - Returns: Whether it had to be brought back.
    /// - Throws: `ManagerError` `inUse` with the holder's name, `incomplete` with what is left to do; the record stays
    ///   then. The code of the cause if the state file or the kernel cannot be asked.
    @discardableResult
    package func reclaimIfStale(_ function: VirtualFunction) throws(ManagerError) -> Bool {
        var found = try attachment(on: function)
        if found == nil { found = try abandonedClaim(on: function) }
        guard let attachment = found else { return false }
        guard try staleness(of: attachment) != nil else { throw inUse(function, by: attachment) }
        let outcome = bringBack(attachment, within: nil, releasing: releaseByRecord)
        if outcome.isComplete { return true }
        // An address that an IPAM plugin does not release stays taken, but the VF is restored.
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
    private func insert(_ attachment: Attachment) throws(ManagerError) {
        do {
            try insertUnlessHeld(attachment)
        } catch {
            throw error as? ManagerError
                ?? .wrapping(
                    error, "record \(attachment.function) for \(attachment.owner)")
        }
    }

    private func insertUnlessHeld(_ attachment: Attachment) throws {
        // In a handover the runtime's calls lead to the phase attached.
        let goal: AttachmentPhase? = attachment.handover == nil ? .attached : nil
        do {
            try store.insert(attachment, becoming: goal)
        } catch StoreError.conflict(let existing) {
            // One of the VF itself, or of its PF as a whole.
            guard existing.owner == attachment.owner,
                existing.function != attachment.function
            else { throw inUse(existing.function, by: existing) }
            let function = existing.functionToLock
            // Another process may wait for the PF's exclusive lock, and so for the shared one that this process holds.
            let isSamePF = existing.physicalFunction == attachment.physicalFunction
            let locks = try AttachmentLocks(
                function, parentMode: isSamePF ? .sharedOnceMore : .shared, in: locks,
                deadline: Deadline(after: .zero))
            try withExtendedLifetime(locks) {
                try reclaimIfStale(function)
                try store.insert(attachment, becoming: goal)
            }
        }
    }

    func attachment(on function: VirtualFunction) throws(ManagerError) -> Attachment? {
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
            "\(attachment.subject.kind) \(address) is \(attachment.phase.rawValue) to \(attachment.owner) in "
                + attachment.locationDescription)
    }
}
