internal import LinuxSystem
internal import Netlink

extension Attachments {
    /// Gives a VF to an owner: configures it, moves it into the namespace, and records it all first.
    ///
    /// - Parameters:
    ///   - request: Everything in it is checked before anything is changed.
    ///   - finish: The front end's own part, with the VF in place and its lock held. If it throws, it has
    ///     undone its own part; the VF is brought back. A process that dies meanwhile leaves a
    ///     record in phase preparing, and the next operation on the VF brings it back.
    /// - Returns: What `finish` returns, after the record says attached.
    /// - Throws: `ManagerError`, or what `finish` throws. The VF is as it was before, with no record; if that
    ///   could not be reached the error says what is left, and the record stays for `recover`.
    package func attach<Value>(
        _ request: AttachRequest, finish: (AttachedInterface<H>) throws -> Value
    ) throws -> Value {
        let container = try openTarget(of: request)
        let locked = try engine.claim(request.selection)
        return try withExtendedLifetime(locked.locks) {
            let (candidate, attachment) = try engine.record(locked, for: request.settings) {
                try refuseTakenName(request, in: container)
                var attachment = engine.newAttachment(
                    locked.subject, $0, for: request.owner, request.settings,
                    .moved(.seen(path: request.namespacePath, host.identity(of: container))),
                    request.frontEndData)
                attachment.hasLease = request.hasLease
                return attachment
            }
            var release: ((Attachment) throws -> Void)?
            do {
                let attached = try engine.explaining(candidate) {
                    try configure(candidate, as: attachment, in: container)
                }
                let value = try finish(attached)
                // From here on the front end does not learn of a failure.
                release = engine.releaseByRecord
                try refuseIfGone(attached, from: container)
                do {
                    try commit(attached.attachment, recordedAs: attachment)
                } catch {
                    throw ManagerError.wrapping(
                        error, "record \(locked.function.address) as attached")
                }
                return value
            } catch {
                throw undo(attachment, in: container, releasing: release, after: error)
            }
        }
    }

    /// What an attach would do.
    ///
    /// - Throws: `ManagerError` with whatever would keep the attach from starting.
    package func plan(_ request: AttachRequest) throws -> AttachPlan {
        let container = try openTarget(of: request)
        let function = try engine.preview(request.selection)
        try refuseTakenName(request, in: container)
        let candidate = try engine.examine(function, for: request.settings)
        var changes = candidate.changes
        if let address = request.settings.macAddress, candidate.infoBefore != nil {
            changes.append(.macAddress(address))
        }
        var interface = request.settings.interfaceSettings
        interface.macAddress = request.settings.macAddress
        return AttachPlan(
            virtualFunction: function, changes: changes,
            interface: candidate.link == nil ? LinkSettings() : interface,
            interfaceName: candidate.link?.name, namespacePath: request.namespacePath,
            targetName: request.owner.interfaceName ?? "")
    }

    // MARK: Before anything is changed

    private func openTarget(of request: AttachRequest) throws(ManagerError) -> H.Namespace {
        try request.settings.validate()
        guard let name = request.owner.interfaceName, InterfaceName.isLegal(name) else {
            let name = request.owner.interfaceName ?? ""
            throw ManagerError(.invalidRequest, "\"\(name)\" cannot be the name of an interface")
        }
        let container: H.Namespace
        do {
            container = try host.openNamespace(request.namespacePath)
        } catch {
            throw .wrapping(error, "open network namespace of \(request.owner.container)")
        }
        guard host.identity(of: container) != host.identity(of: home) else {
            throw ManagerError(
                .invalidNamespace,
                "\(request.namespacePath) is the host's own network namespace")
        }
        return container
    }

    private func refuseTakenName(
        _ request: AttachRequest, in container: H.Namespace
    ) throws(ManagerError) {
        guard let name = request.owner.interfaceName else { return }
        do {
            guard try host.link(named: KernelText(name), in: container) != nil else { return }
        } catch {
            throw .wrapping(error, "look for interface \(name) in \(request.namespacePath)")
        }
        throw ManagerError(
            .obstructed, "interface \(name) already exists in \(request.namespacePath)")
    }

    // MARK: The changes

    private func configure(
        _ candidate: AttachCandidate, as attachment: Attachment, in container: H.Namespace
    ) throws -> AttachedInterface<H> {
        let (attachment, info) = try engine.applySettings(candidate, as: attachment)
        let link = try candidate.link.map {
            try moveIntoContainer($0, as: attachment, in: container)
        }
        return AttachedInterface(
            attachment: attachment, host: host, namespace: container, link: link, info: info)
    }

    private func moveIntoContainer(
        _ present: Link, as attachment: Attachment, in container: H.Namespace
    ) throws -> Link {
        let name = attachment.expectedName ?? present.name
        let settings = attachment.settings
        try host.move(
            present, from: home, to: container, as: name, index: nil)
        func look() throws -> Link {
            let link = try host.link(
                of: attachment.function, expectedName: name, in: container)
            guard let link else {
                throw ManagerError(.internal, "interface \(name) vanished after its move")
            }
            return link
        }
        // By its name: its index may be another one now.
        var moved = present
        moved.index = 0
        moved.name = name
        do {
            try engine.setLink(moved, settings.interfaceSettings, in: container)
        } catch let error as NetlinkError where error.errno == .noDevice {
            // A process in the container has renamed it at once; the code below detects that.
        }
        var link = try look()
        // Another interface may have its name by now, and later its index. The PCI address identifies the VF.
        for _ in 1...3 where !settings.interfaceSettings.areSet(on: link) {
            try engine.setLink(link, settings.interfaceSettings, in: container)
            link = try look()
        }
        guard settings.interfaceSettings.areSet(on: link) else {
            throw ManagerError(
                .incomplete,
                "interface \(name) does not keep its settings: somebody in the container changes it"
            )
        }
        // Coming up resets the VF, and some drivers then take another MAC.
        if let address = settings.macAddress, link.macAddress != address {
            let present = link.macAddress.map(\.description) ?? "none"
            throw ManagerError(
                .unsupported, "MAC address of \(name) is \(present), asked for was \(address)")
        }
        return link
    }

    /// Refuses to mark a VF attached that a process in the container has moved on meanwhile.
    private func refuseIfGone(
        _ attached: AttachedInterface<H>, from container: H.Namespace
    ) throws {
        guard let link = attached.link else { return }
        let address = attached.attachment.function
        guard try host.link(of: address, expectedName: link.name, in: container) == nil else {
            return
        }
        throw ManagerError(.incomplete, "interface \(link.name) was taken out of the container")
    }

    /// Ends the work on a record that was written with phase attached as its goal.
    private func commit(_ attachment: Attachment, recordedAs recorded: Attachment) throws {
        if attachment.settings != recorded.settings {
            // A requested setting was left out.
            var finished = attachment
            finished.phase = .attached
            try store.update(finished)
        }
        try store.commit(attachment)
    }

    // MARK: When it fails

    /// Brings a VF back whose attach has failed. Out of line: keeps the success path free of this metadata.
    ///
    /// - Returns: The error to report.
    @inline(never)
    private func undo(
        _ attachment: Attachment, in container: H.Namespace,
        releasing release: ((Attachment) throws -> Void)?, after error: any Error
    ) -> any Error {
        let outcome = engine.bringBack(attachment, within: container, releasing: release)
        return engine.afterUndo(attachment, outcome, error)
    }
}
