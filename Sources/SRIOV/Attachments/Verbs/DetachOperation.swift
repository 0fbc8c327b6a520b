internal import LinuxSystem
internal import Netlink

/// One detach: its request, and the ways to find the VF.
struct DetachOperation<H: Host>: ContextBound {
    let context: Context<H>
    let request: DetachRequest
    /// Undoes the front end's part in place of the record's data; nil for the record's data.
    let releaseOwn: ((Attachment?) throws -> Void)?

    private var engine: Engine<H> { context.engine }

    /// One attempt.
    ///
    /// - Parameter deadline: When waiting for the VF's lock ends.
    /// - Returns: nil if the owner has a record meanwhile of a VF that is not locked; it was not touched.
    func attempt(until deadline: Deadline) throws -> DetachOutcome? {
        let (found, store) = recordAndStore()
        let claim = found == nil ? try foreignClaim() : nil
        let function = try functionToLock(found, claim)
        let locks = try function.map {
            try AttachmentLocks($0, in: self.locks, deadline: deadline)
        }
        return try withExtendedLifetime(locks) {
            // The previous holder of the lock may have done the work, or have just made an attachment, of another VF
            // too.
            if let present = try store?.attachment(of: request.owner) {
                return present.function == function?.address ? try undo(present) : nil
            }
            if found == nil, let outcome = try undoWithoutRecord(claim, with: store) {
                return outcome
            }
            // The caller reports its error.
            try? releaseOwn?(found)
            // No lock keeps the owner from being given another VF meanwhile, and the resources just released
            // may have been that attachment's: so that attachment is undone too.
            if try store?.attachment(of: request.owner) != nil { return nil }
            return DetachOutcome(attachment: found, unrestored: [])
        }
    }

    /// The owner's record, and the state file; without either if that cannot be used.
    private func recordAndStore() -> (Attachment?, AttachmentStore?) {
        do {
            return (try store.attachment(of: request.owner), store)
        } catch {
            warn("\(error), going by the PCI address alone")
            return (nil, nil)
        }
    }

    /// The VF of a record, of a claim of sriov-cni, or else the one that the request names.
    ///
    /// - Returns: nil where there is no such VF.
    private func functionToLock(
        _ found: Attachment?, _ claim: ForeignClaim?
    ) throws -> VirtualFunction? {
        if let found { return found.functionToLock }
        return try (claim?.virtualFunction ?? request.virtualFunction).flatMap(
            host.virtualFunction)
    }

    /// Undoes a record, with the VF's lock held.
    private func undo(_ attachment: Attachment) throws -> DetachOutcome {
        let outcome = engine.bringBack(
            attachment, within: namespace(ifSameAs: attachment),
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

    /// The request's namespace, if it is the one that the record has under another path.
    private func namespace(ifSameAs attachment: Attachment) -> H.Namespace? {
        guard let path = request.namespacePath, path != attachment.namespace?.path else {
            return nil
        }
        return switch attachment.namespace {
        case .announced: engine.open(.announced(path: path))
        case .seen(_, let identity): engine.open(.seen(path: path, identity))
        case .lost, nil: nil
        }
    }

    // MARK: With sriov-cni's cache

    private func foreignClaim() throws(ManagerError) -> ForeignClaim? {
        do {
            return try foreignClaims.claimOfOwner(request.owner)
        } catch {
            throw .wrapping(error, "look up what another program knows of \(request.owner)")
        }
    }

    /// Undoes what sriov-cni's cache contains, or what the request names.
    ///
    /// - Parameters:
    ///   - seen: The claim on the VF that is locked; nil for none.
    ///   - store: nil if the state file cannot be used.
    /// - Returns: nil if no record was made of it.
    private func undoWithoutRecord(
        _ seen: ForeignClaim?, with store: AttachmentStore?
    ) throws -> DetachOutcome? {
        let claim = try seen.flatMap { _ in try foreignClaim() }
        if let claim, let attachment = try adopt(claim, with: store) {
            return try undo(attachment)
        }
        // Another VF than the one that the claim is about is not locked.
        if claim?.virtualFunction ?? request.virtualFunction == request.virtualFunction {
            try takeBackWithoutRecord(with: store)
        }
        if let claim { engine.forget(claim) }
        return nil
    }

    /// Makes a record of sriov-cni's attachment, to be undone at once.
    ///
    /// - Returns: nil if the saved state is not usable, or if the VF has another owner by now.
    private func adopt(
        _ claim: ForeignClaim, with store: AttachmentStore?
    ) throws -> Attachment? {
        guard let savedState = claim.savedState, let address = claim.virtualFunction else {
            warn(
                "\(claim.path): \(claim.problem ?? "tells nothing"), going by the PCI address alone"
            )
            return nil
        }
        if try store?.attachment(of: address) != nil { return nil }
        // Only the latest claim on a VF counts.
        guard try foreignClaims.claim(address) == claim else { return nil }
        // Without a VF there are only the front end's part and sriov-cni's files.
        let function =
            try host.virtualFunction(at: address) ?? VirtualFunction(address: address)
        let path = try engine.isLive(claim) ? claim.namespacePath : request.namespacePath
        let attachment = try engine.attachment(
            claim, savedState, of: request.owner, phase: .detaching, function: function,
            namespace: engine.reference(to: path ?? claim.namespacePath))
        do {
            try self.store.insert(attachment)
        } catch {
            warn("\(error), proceeding anyway")
        }
        return attachment
    }

    // MARK: With no record

    /// Takes the VF that the request names, whose lock is held, from the namespace that it names.
    private func takeBackWithoutRecord(with store: AttachmentStore?) throws(ManagerError) {
        guard let address = request.virtualFunction, let path = request.namespacePath else {
            return
        }
        let subject = "take back \(address) from \(path)"
        do {
            guard let function = try host.virtualFunction(at: address) else { return }
            if try store?.attachment(of: address) != nil { return }
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

    /// A container's namespace; nil if it is gone or is that of this process, where a VF without a record may be any
    /// owner's.
    private func openForeign(_ path: String) throws -> H.Namespace? {
        do {
            let namespace = try host.openNamespace(path)
            return host.identity(of: namespace) == host.identity(of: home)
                ? nil : namespace
        } catch is NetworkNamespaceError {
            return nil
        }
    }

    /// Ends the requested modes; the original MTU is unknown.
    private func endModes(of function: VirtualFunction, askedFor settings: VFSettings?) throws {
        let end = LinkSettings(
            isPromiscuous: settings?.isPromiscuous == true ? false : nil,
            receivesAllMulticast: settings?.receivesAllMulticast == true ? false : nil)
        guard !end.isEmpty,
            let link = try host.link(of: function.address, expectedName: nil, in: home)
        else { return }
        try engine.setLink(link, end, in: home)
    }

    /// Moves a VF whose originals are unknown to the host, and clears the requested settings.
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
                from: container) != nil
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
                try engine.setVF(change, index: index, of: parent)
            } catch {
                failures.append(error)
            }
        }
        if settings.macAddress != nil {
            do {
                try engine.setVF(.macAddress(.zero), index: index, of: parent)
            } catch {
                failures.append(error)
            }
        }
        for failure in failures { warn("\(failure), proceeding anyway") }
        return true
    }
}
