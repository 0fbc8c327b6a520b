internal import LinuxSystem
internal import Netlink

extension Attachments {
    /// Takes a VF back from an owner: the way back of `attach`.
    ///
    /// It succeeds when there is nothing (more) to take back, and never touches the VF of another
    /// owner. With no record, or a state file that cannot be used, it takes back what it can
    /// recognise: the VF that the request names, if it is in the namespace that the request names.
    ///
    /// - Parameter releaseOwn: Undoes the front end's part in place of what the record keeps; it gets the record,
    ///   nil if there is none, and is called again if a record shows up meanwhile. It runs with the VF's lock held,
    ///   where there is a record or the request names the VF, so that no attach of the same owner is in progress, and
    ///   before the record goes. What it throws is not thrown on, but the record stays.
    /// - Returns: The record that was undone, and the settings that the hardware refuses to restore now: those
    ///   do not keep the VF in the container.
    /// - Throws: `ManagerError` `incomplete` if the VF could not be brought home, or `inUse` if
    ///   another process had it all the time; the record stays, and repeating the call continues.
    package func detach(
        _ request: DetachRequest, releasing releaseOwn: ((Attachment?) throws -> Void)? = nil
    ) throws -> DetachOutcome {
        let deadline = Deadline(after: timeouts.lock)
        while true {
            let (found, isStoreUsable) = record(of: request.owner)
            let isForeign = try found == nil && foreignClaim(of: request.owner) != nil
            let function = try functionToLock(of: found, or: request)
            let locks = try function.map {
                try AttachmentLocks($0, in: self.locks, deadline: deadline)
            }
            let outcome = try withExtendedLifetime(locks) {
                try detachLocked(
                    function?.address, found, isForeign: isForeign, isStoreUsable: isStoreUsable,
                    request, releaseOwn)
            }
            if let outcome { return outcome }
            guard !deadline.hasPassed else {
                throw ManagerError(
                    .inUse,
                    "\(request.owner) is being attached by another process again and again, "
                        + "waited \(deadline.allowance)")
            }
        }
    }

    /// One attempt at `detach`.
    ///
    /// - Parameters:
    ///   - locked: The VF whose lock is held; nil for none.
    ///   - found: The owner's record, as it was before the lock was taken.
    /// - Returns: nil if the owner has a record meanwhile of a VF that is not locked; it was not touched.
    private func detachLocked(
        _ locked: PCIAddress?, _ found: Attachment?, isForeign: Bool, isStoreUsable: Bool,
        _ request: DetachRequest, _ releaseOwn: ((Attachment?) throws -> Void)?
    ) throws -> DetachOutcome? {
        // Whoever had the lock before may have done the work, or have just made an attachment, of another VF too.
        if isStoreUsable, let present = try store.attachment(of: request.owner) {
            return present.function == locked
                ? try detach(present, request, releaseOwn) : nil
        }
        if found == nil {
            let claim = isForeign ? try foreignClaim(of: request.owner) : nil
            if let claim, let attachment = try adopt(claim, request, isStoreUsable) {
                return try detach(attachment, request, releaseOwn)
            }
            // Another VF than the one that the claim is about is not locked.
            if claim?.virtualFunction ?? request.virtualFunction == request.virtualFunction {
                try takeBackWithoutRecord(request, isStoreUsable: isStoreUsable)
            }
            if let claim { engine.forget(claim) }
        }
        // Its error is the caller's to report.
        try? releaseOwn?(found)
        // No lock keeps the owner from being given another VF meanwhile, and what was just released may have been that
        // attachment's: so that it does not live on without, it goes too.
        if isStoreUsable, try store.attachment(of: request.owner) != nil { return nil }
        return DetachOutcome(attachment: found, unrestored: [])
    }

    /// The record of an owner; with a state file that cannot be used there is none.
    private func record(of owner: AttachmentOwner) -> (Attachment?, isStoreUsable: Bool) {
        do {
            return (try store.attachment(of: owner), true)
        } catch {
            warn("\(error), going by the PCI address alone")
            return (nil, false)
        }
    }

    private func detach(
        _ attachment: Attachment, _ request: DetachRequest,
        _ releaseOwn: ((Attachment?) throws -> Void)?
    ) throws -> DetachOutcome {
        let outcome = engine.bringBack(
            attachment, within: namespace(of: request, ifSameAs: attachment),
            releasing: releaseOwn ?? { try $0.map(engine.releaseByRecord) })
        let obstacles = outcome.interface + (releaseOwn == nil ? outcome.frontEnd : [])
        let subject = attachment.subject
        guard obstacles.isEmpty else {
            throw ManagerError(
                .incomplete, "\(subject) of \(attachment.owner) is not wholly released",
                causes: obstacles)
        }
        for error in outcome.store {
            warn("\(subject): \(error), proceeding anyway")
        }
        let unrestored = outcome.settings.map { "\($0)" }
        for setting in unrestored {
            warn("\(subject): \(setting), to be restored later")
        }
        return DetachOutcome(attachment: attachment, unrestored: unrestored)
    }

    /// The VF of a record, or else the one that the request names.
    ///
    /// - Returns: nil where there is no such VF.
    private func functionToLock(
        of found: Attachment?, or request: DetachRequest
    ) throws -> VirtualFunction? {
        if let found {
            // The VF itself may have gone.
            return VirtualFunction(
                address: found.function, physicalFunction: found.physicalFunction)
        }
        let foreign = try foreignClaim(of: request.owner)?.virtualFunction
        return try (foreign ?? request.virtualFunction).flatMap(host.virtualFunction)
    }

    /// The request's namespace, if it is the one that the record tells of under another path.
    private func namespace(
        of request: DetachRequest, ifSameAs attachment: Attachment
    ) -> H.Namespace? {
        guard let path = request.namespacePath, path != attachment.namespace?.path else {
            return nil
        }
        return switch attachment.namespace {
        case .announced: engine.open(.announced(path: path))
        case .seen(_, let identity): engine.open(.seen(path: path, identity))
        case .lost, nil: nil
        }
    }

    // MARK: With another program's notes

    private func foreignClaim(of owner: AttachmentOwner) throws(ManagerError) -> ForeignClaim? {
        do {
            return try foreignClaims.claimOfOwner(owner)
        } catch {
            throw .wrapping(error, "look up what another program knows of \(owner)")
        }
    }

    /// Makes another program's attachment ours, to be undone at once.
    ///
    /// - Returns: nil if its notes do not tell how, or if the VF has another owner by now.
    private func adopt(
        _ claim: ForeignClaim, _ request: DetachRequest, _ isStoreUsable: Bool
    ) throws -> Attachment? {
        guard let savedState = claim.savedState, let address = claim.virtualFunction else {
            warn(
                "\(claim.path): \(claim.problem ?? "tells nothing"), going by the PCI address alone"
            )
            return nil
        }
        if isStoreUsable, try store.attachment(of: address) != nil { return nil }
        // The latest claim on a VF is the one that counts.
        guard try foreignClaims.claim(address) == claim else { return nil }
        // Without a VF there are only the front end's part and the notes.
        let function =
            try host.virtualFunction(at: address) ?? VirtualFunction(address: address)
        let path = try engine.isLive(claim) ? claim.namespacePath : request.namespacePath
        let attachment = try engine.attachment(
            claim, savedState, of: request.owner, phase: .detaching, function: function,
            namespace: engine.reference(to: path ?? claim.namespacePath))
        do {
            try store.insert(attachment)
        } catch {
            warn("\(error), proceeding anyway")
        }
        return attachment
    }

    // MARK: With no record

    /// Takes the VF that the request names, whose lock is held, from the namespace that it names.
    private func takeBackWithoutRecord(
        _ request: DetachRequest, isStoreUsable: Bool
    ) throws(ManagerError) {
        guard let address = request.virtualFunction, let path = request.namespacePath else {
            return
        }
        let subject = "take back \(address) from \(path)"
        do {
            guard let function = try host.virtualFunction(at: address) else { return }
            if isStoreUsable, try store.attachment(of: address) != nil { return }
            guard let container = try openForeign(path),
                try reset(
                    function, expectedName: request.owner.interfaceName.map { KernelText($0) },
                    in: container, settings: request.settings)
            else { return }
            warn("took back \(address) from \(path) with no record of it")
        } catch {
            throw .wrapping(error, subject)
        }
    }

    /// A container's namespace; nil if it is gone or is our own, where a VF without a record may be anybody's.
    private func openForeign(_ path: String) throws -> H.Namespace? {
        do {
            let namespace = try host.openNamespace(path)
            return host.identity(of: namespace) == host.identity(of: home)
                ? nil : namespace
        } catch is NetworkNamespaceError {
            return nil
        }
    }

    /// Ends the modes that were asked for; what the MTU was nobody knows.
    private func endModes(of function: VirtualFunction, askedFor settings: VFSettings?) throws {
        let end = LinkSettings(
            isPromiscuous: settings?.isPromiscuous == true ? false : nil,
            receivesAllMulticast: settings?.receivesAllMulticast == true ? false : nil)
        guard !end.isEmpty,
            let link = try host.link(of: function.address, expectedName: nil, in: home)
        else { return }
        try host.setLink(link, end, in: home)
    }

    /// Moves a VF whose originals nobody knows to the host, and clears what was asked for.
    ///
    /// - Returns: false if it is not in the container.
    private func reset(
        _ function: VirtualFunction, expectedName: KernelText?, in container: H.Namespace,
        settings: VFSettings?
    ) throws -> Bool {
        let parent = try engine.pfInfo(of: function)
        let name = parent.flatMap { parent in
            function.index.map { KernelText("\(parent.link.name)v\($0)") }
        }
        guard
            try engine.moveHome(
                function.address, expectedName: expectedName, as: name, index: nil,
                from: container)
        else { return false }
        engine.resetIfAskedFor(function.address, settings)
        try endModes(of: function, askedFor: settings)
        guard let parent, let index = function.index, let settings,
            let present = parent.vf(index)
        else { return true }
        let blank = VFState(index: index)
        var failures: [any Error] = []
        let changes = VFPlan.restoration(of: blank, from: present, changedBy: settings)
        for change in changes {
            do {
                try host.setVF(change, index: index, of: parent)
            } catch {
                failures.append(error)
            }
        }
        if settings.macAddress != nil {
            do {
                try host.setVF(.macAddress(.zero), index: index, of: parent)
            } catch {
                failures.append(error)
            }
        }
        for failure in failures { warn("\(failure), proceeding anyway") }
        return true
    }
}
