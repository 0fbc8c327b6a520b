internal import LinuxSystem
internal import Netlink

/// The verbs of a handover, in which the runtime moves the interface, as Docker does: reserve, join, confirm, leave.
///
/// Between reserve and the runtime's move, and between leave and its end, the VF is in the host as intended
/// and no process works on it. So its record has separate phases, with the time at which each began: see
/// `Engine+Staleness.swift` for when a handover counts as abandoned. `detach` ends the attachment.
package struct Handovers<H: Host>: ContextBound, Sendable {
    /// What the verbs work with.
    package let context: Context<H>

    private var engine: Engine<H> { context.engine }

    /// Configures a VF, or a PF as a whole, and leaves it in the host for the owner's runtime.
    ///
    /// The driver must accept the MAC once more from the runtime that moves the interface. Some refuse that for a VF
    /// with an administrative MAC, even the same one (igbvf, measured): such a VF is trusted until `confirm`.
    ///
    /// - Returns: The interface as it is now, and the record, in phase reserved.
    /// - Throws: `ManagerError`; the VF is as it was before, with no record, or the error says what is left.
    package func reserve(_ request: ReserveRequest) throws -> Reservation {
        try request.settings.validate()
        let locked = try engine.claim(request.selection, mayBePhysicalFunction: true)
        return try withExtendedLifetime(locked.locks) {
            let (candidate, attachment) = try engine.record(locked, for: request.settings) {
                try refuseWithoutInterface($0)
                var settings = request.settings
                // Recorded now, because it may be set temporarily: the undo restores only requested settings.
                // A value that the driver does not report is taken for the kernel's default.
                if settings.trust == nil, let before = $0.infoBefore {
                    settings.trust = before.trust ?? false
                }
                return engine.newAttachment(
                    locked.subject, $0, for: request.owner, settings,
                    .handedOver(Handover(phaseBegan: host.uptime())), request.frontEndData)
            }
            do {
                return try engine.explaining(candidate) { try prepare(candidate, attachment) }
            } catch {
                let outcome = engine.bringBack(attachment, within: nil, releasing: nil)
                throw engine.afterUndo(attachment, outcome, error)
            }
        }
    }

    /// Records where the runtime is about to move a VF.
    ///
    /// - Parameter path: The path of the container's namespace, which need not exist.
    /// - Returns: The interface, still in the host, and the record, in phase joined.
    /// - Throws: `ManagerError` `notFound` without a record, `inUse` if it is in another phase than reserved or joined,
    ///   `incomplete` if the VF is not there to be moved; `NetlinkError` or `SystemCallError` of the host. The record
    ///   stays as it was.
    package func join(_ owner: AttachmentOwner, sandbox path: String) throws -> Reservation {
        try withRecord(of: owner) { attachment in
            guard var attachment else {
                throw ManagerError(.notFound, "there is no record of \(owner)")
            }
            let address = attachment.function
            guard attachment.handover != nil, [.reserved, .joined].contains(attachment.phase) else {
                throw ManagerError(
                    .inUse, "VF \(address) is \(attachment.phase.rawValue) to \(owner)")
            }
            // Another function at its address was never configured.
            if let loss = engine.loss(of: attachment) { throw ManagerError(.incomplete, "\(loss)") }
            guard
                let link = try host.link(
                    of: address, expectedName: attachment.originalInterface?.name,
                    in: home)
            else {
                throw ManagerError(
                    .incomplete, "VF \(address) has lost its interface since it was reserved")
            }
            attachment.changeHandover { $0.namespace = .announced(path: path) }
            try engine.enter(.joined, &attachment)
            return Reservation(attachment: attachment, link: link, info: nil)
        }
    }

    /// Checks whether the runtime has moved a VF, and removes the temporary trust for the move.
    ///
    /// It may be called at any time, and again: a VF that is still outside its container, or not up there,
    /// stays joined.
    ///
    /// - Returns: The record as it is now; nil if there is none.
    /// - Throws: `ManagerError` `inUse` if another process held the VF's lock until the deadline, or if the record
    ///   cannot be read or written; `NetlinkError` or `SystemCallError` of the host. The record stays joined; the lent
    ///   trust may be taken back already.
    package func confirm(_ owner: AttachmentOwner) throws -> Attachment? {
        try withRecord(of: owner) { attachment in
            guard let attachment else { return nil }
            guard attachment.phase == .joined, !engine.functionIsGone(of: attachment) else {
                return attachment
            }
            return try engine.confirmHandoverLocked(attachment)
        }
    }

    /// Notes that the runtime takes a VF out of its container; nothing without a record.
    ///
    /// - Throws: `ManagerError` `inUse` if another process held the VF's lock until the deadline, or if the record
    ///   cannot be read or written; the record stays as it was.
    package func leave(_ owner: AttachmentOwner) throws {
        try withRecord(of: owner) { attachment in
            guard var attachment, [.reserved, .joined, .attached].contains(attachment.phase) else {
                return
            }
            try engine.enter(.leaving, &attachment)
        }
    }

    // MARK: Parts

    private func refuseWithoutInterface(_ candidate: AttachCandidate) throws(ManagerError) {
        guard candidate.link == nil else { return }
        let function = candidate.function
        throw ManagerError(
            .unsupported,
            "VF \(function.address) has no interface under \(function.driver ?? "no driver"), "
                + "so there is none to move")
    }

    private func prepare(
        _ candidate: AttachCandidate, _ recorded: Attachment
    ) throws -> Reservation {
        var (attachment, info) = try engine.applySettings(candidate, as: recorded)
        let address = attachment.function
        func look() throws -> Link {
            let link = try host.link(
                of: address, expectedName: candidate.link?.name, in: home)
            guard let link else {
                throw ManagerError(.incomplete, "the interface of VF \(address) vanished")
            }
            return link
        }
        var modes = attachment.settings.interfaceSettings
        modes.isUp = nil
        if !modes.isEmpty { try engine.setLink(try look(), modes, in: home) }
        try giveNameOfItsOwn(to: try look(), of: address)
        let isTemporarilyTrusted = try trustIfNeeded(try look(), candidate, attachment)
        attachment.changeHandover { $0.isTemporarilyTrusted = isTemporarilyTrusted }
        let link = try look()
        // The last step: a process that dies before this leaves phase preparing, which is stale at once; after it a
        // deadline must pass.
        try engine.enter(.reserved, &attachment)
        return Reservation(attachment: attachment, link: link, info: info)
    }

    /// Renames an interface whose name a container's other interface may have.
    ///
    /// Docker moves it under the name that it has in the host, and gives it another one only in the container: a VF
    /// called `eth0` cannot be a container's second interface (EEXIST, seen with dockerd 20.10). The undo restores
    /// its original name. A name that is not UTF-8 cannot be passed to the runtime.
    private func giveNameOfItsOwn(to link: Link, of function: PCIAddress) throws {
        guard InterfaceName.isNumbered(link.name) || link.name.text == nil else { return }
        if link.isUp { try engine.setLink(link, LinkSettings(isUp: false), in: home) }
        try engine.setLink(link, LinkSettings(name: engine.spareName(for: function)), in: home)
    }

    /// Sets the interface's MAC once more, as the runtime will, and trusts the VF if the driver requires it.
    ///
    /// - Returns: Whether the VF is now trusted temporarily.
    private func trustIfNeeded(
        _ link: Link, _ candidate: AttachCandidate, _ attachment: Attachment
    ) throws -> Bool {
        guard let address = link.macAddress else { return false }
        do {
            try engine.setLink(link, LinkSettings(macAddress: address), in: home)
            return false
        } catch let error as NetlinkError where error.errno.isRefusalOfMAC {
            guard let parent = candidate.parent, let index = attachment.index,
                attachment.settings.trust != true
            else { throw error }
            try engine.setVF(.trust(true), index: index, of: parent)
            try engine.setLink(link, LinkSettings(macAddress: address), in: home)
            return true
        }
    }

    /// Runs work with an owner's record and the lock of its VF; with nil if there is no record.
    private func withRecord<Value>(
        of owner: AttachmentOwner, _ body: (Attachment?) throws -> Value
    ) throws -> Value {
        let found = try readRecord(of: owner)
        guard let found else { return try body(nil) }
        let function = found.functionToLock
        let locks = try AttachmentLocks(
            function, in: locks, deadline: Deadline(after: timeouts.lock))
        return try withExtendedLifetime(locks) {
            // The previous holder of the lock may have changed or ended it.
            let present = try readRecord(of: owner)
            return try body(present?.function == found.function ? present : nil)
        }
    }

    private func readRecord(of owner: AttachmentOwner) throws(ManagerError) -> Attachment? {
        do {
            return try store.attachment(of: owner)
        } catch {
            throw .wrapping(error, "look up the record of \(owner)")
        }
    }
}

extension Context {
    package var handovers: Handovers<H> { Handovers(context: self) }
}
