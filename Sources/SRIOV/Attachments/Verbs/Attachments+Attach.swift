internal import LinuxSystem
internal import Netlink

extension Manager {
    /// Gives a VF to an owner: configures it, moves it into the namespace, and records it all first.
    ///
    /// - Parameters:
    ///   - request: Everything in it is checked before anything is changed.
    ///   - finish: The front end's own part, with the VF in place and its lock held. If it throws, it has
    ///     undone its own part; the VF is brought back. A process that dies meanwhile leaves a
    ///     record in phase preparing, and whoever works on the VF next brings it back.
    /// - Returns: What `finish` returns, after the record says attached.
    /// - Throws: `ManagerError`, or what `finish` throws. The VF is as it was before, with no record; if that
    ///   could not be reached the error says what is left, and the record stays for `recover`.
    package func attach<Value>(
        _ request: AttachRequest, finish: (AttachedInterface<H>) throws -> Value
    ) throws -> Value {
        let container = try openTarget(of: request)
        let locked = try claim(request.selection)
        return try withExtendedLifetime(locked.locks) {
            let (candidate, attachment) = try record(locked, for: request.settings) {
                try refuseTakenName(request, in: container)
                var attachment = newAttachment(
                    locked.subject, $0, for: request.owner, request.settings,
                    .moved(.seen(path: request.namespacePath, host.identity(of: container))),
                    request.frontEndData)
                attachment.hasLease = request.hasLease
                return attachment
            }
            var release: ((Attachment) throws -> Void)?
            do {
                let attached = try explaining(candidate) {
                    try configure(candidate, as: attachment, in: container)
                }
                let value = try finish(attached)
                // From here on the front end does not know should it have been in vain.
                release = releaseByRecord
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
        let function = try preview(request.selection)
        try refuseTakenName(request, in: container)
        let candidate = try examine(function, for: request.settings)
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
        let hostNamespace: H.Namespace
        do {
            container = try host.openNamespace(request.namespacePath)
            hostNamespace = try host.hostNamespace()
        } catch {
            throw .wrapping(error, "open network namespace of \(request.owner.container)")
        }
        guard host.identity(of: container) != host.identity(of: hostNamespace) else {
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

    /// Reads the VF as it is and refuses it if it must not be given away.
    func examine(
        _ function: VirtualFunction, for settings: VFSettings
    ) throws(ManagerError) -> AttachCandidate {
        do {
            let parent = try pfInfo(of: function)
            let before = try vfInfo(of: function, in: parent)
            let hostNamespace = try host.hostNamespace()
            let link = try host.link(
                of: function.address, expectedName: function.interfaceName, in: hostNamespace)
            if let link {
                try refuseIfTheHostUses(link, of: "VF \(function.address)")
                if function.physicalFunction == nil { try refuseIfAddressed(link, function) }
            } else {
                try refuseWithoutInterface(function, settings)
            }
            if settings.resetsOnRelease == true, !host.canReset(function.address) {
                throw ManagerError(
                    .unsupported, "VF \(function.address) cannot be reset by itself")
            }
            if parent == nil { try refuseWithoutPhysicalFunction(function, link, settings) }
            return AttachCandidate(
                function: function, link: link, parent: parent, infoBefore: before,
                changes: before.map { VFPlan.changes(for: settings, from: $0) } ?? [])
        } catch {
            throw error as? ManagerError
                ?? .wrapping(error, "read the state of \(function.address)")
        }
    }

    private func refuseWithoutInterface(
        _ function: VirtualFunction, _ settings: VFSettings
    ) throws(ManagerError) {
        guard let driver = function.driver else {
            throw ManagerError(
                .unsupported, "VF \(function.address) has no driver, so it has no interface")
        }
        guard UserspaceDriver.isKnown(driver) else {
            throw ManagerError(
                .obstructed,
                "VF \(function.address) has no interface in the host's network namespace, and "
                    + "no record says who has it")
        }
        let needs = settings.needsOfInterface
        guard needs.isEmpty else {
            throw ManagerError(
                .unsupported,
                "VF \(function.address) has no interface under \(driver), so it takes no "
                    + needs.joined(separator: ", "))
        }
    }

    /// Refuses an interface that the host itself lives by.
    func refuseIfTheHostUses(_ link: Link, of subject: String) throws {
        if let use = try HostUse(link, defaultRoutes: host.defaultRouteInterfaces) {
            throw ManagerError(.obstructed, "\(subject): \(use)")
        }
    }

    /// Refuses what only the PF can do: without an interface the MAC too.
    private func refuseWithoutPhysicalFunction(
        _ function: VirtualFunction, _ link: Link?, _ settings: VFSettings
    ) throws(ManagerError) {
        var names = settings.namesForPhysicalFunction
        if link == nil, settings.macAddress != nil { names.insert("MAC address", at: 0) }
        guard names.isEmpty else {
            // Its PF may have been given away as a whole.
            if let parent = function.physicalFunction,
                let holder = try attachment(on: VirtualFunction(address: parent))
            {
                throw inUse(parent, by: holder)
            }
            throw ManagerError(
                .unsupported,
                "the physical function of \(function.address) is not visible here, so its "
                    + "\(names.joined(separator: ", ")) cannot be set")
        }
    }

    /// Refuses an interface with addresses, where nothing tells a VF from the host's own card.
    private func refuseIfAddressed(_ link: Link, _ function: VirtualFunction) throws {
        let addresses = try host.addresses(of: link, in: try host.hostNamespace())
        guard let network = addresses.map(\.network).first(where: { !$0.isLinkLocal }) else {
            return
        }
        throw ManagerError(
            .obstructed,
            "PCI function \(function.address) is not known to be a virtual function, and its "
                + "\(link.name) has the host's address \(network)")
    }

    /// The record of a subject as it was examined, phase preparing.
    func newAttachment(
        _ subject: AttachmentSubject, _ candidate: AttachCandidate, for owner: AttachmentOwner,
        _ settings: VFSettings, _ placement: AttachmentPlacement, _ frontEndData: String?
    ) -> Attachment {
        Attachment(
            owner: owner, subject: subject, phase: .preparing, boot: store.boot,
            placement: placement, settings: settings,
            interfaces: candidate.link.map {
                [RecordedInterface(original: InterfaceOriginal($0))]
            } ?? [],
            originalInfo: candidate.infoBefore, originalDriver: candidate.function.driver,
            frontEndData: frontEndData, created: host.now(),
            functionInstance: host.functionInstance(at: subject.address))
    }

    // MARK: The changes

    private func configure(
        _ candidate: AttachCandidate, as attachment: Attachment, in container: H.Namespace
    ) throws -> AttachedInterface<H> {
        let (attachment, info) = try applySettings(candidate, as: attachment)
        let link = try candidate.link.map {
            try moveIntoContainer($0, as: attachment, in: container)
        }
        return AttachedInterface(
            attachment: attachment, host: host, namespace: container, link: link, info: info)
    }

    /// Sets what is asked of a VF in the host, through its PF and on its interface, and asks the kernel whether
    /// it took.
    ///
    /// - Returns: The record with the settings that count, and the PF's view.
    func applySettings(
        _ candidate: AttachCandidate, as recorded: Attachment
    ) throws -> (Attachment, VFState?) {
        var attachment = recorded
        let hostNamespace = try host.hostNamespace()
        if let parent = candidate.parent, let index = attachment.index {
            try set(candidate.changes, index: index, of: parent, &attachment.settings)
        }
        let settings = attachment.settings
        if let address = settings.macAddress {
            try assign(
                address, to: candidate.link, index: attachment.index, of: candidate.parent,
                in: hostNamespace)
        }
        let info = try readBack(candidate, settings)
        if let present = candidate.link {
            for name in present.alternativeNames {
                try host.removeAlternativeName(name, from: present, in: hostNamespace)
            }
        }
        return (attachment, info)
    }

    /// Sets what is asked of a VF through its PF.
    private func set(
        _ changes: [VFAttribute], index: Int, of parent: PhysicalFunctionInfo,
        _ settings: inout VFSettings
    ) throws {
        var changes = changes
        var last: VFAttribute?
        if settings.toleratesUnsupportedLinkState == true, case .linkState? = changes.last {
            // Apart, for the kernel complains in its log of a message that was refused halfway.
            last = changes.removeLast()
        }
        try setTogether(changes, index: index, of: parent) {
            try set($0, index: index, of: parent, &settings)
            return true
        }
        if let last { try set(last, index: index, of: parent, &settings) }
    }

    /// Sets one attribute; a link state that the driver does not know may be left out if that was asked for, and
    /// then counts as never asked for: nothing is compared or restored.
    private func set(
        _ change: VFAttribute, index: Int, of parent: PhysicalFunctionInfo,
        _ settings: inout VFSettings
    ) throws {
        do {
            try host.setVF(change, index: index, of: parent)
        } catch let error as NetlinkError
            where error.errno == .notSupported && settings.toleratesUnsupportedLinkState == true
        {
            guard case .linkState = change else { throw error }
            warn("\(error), proceeding anyway")
            settings.linkState = nil
        }
    }

    /// Asks the kernel whether everything took: a PF that is down swallows settings with no error.
    private func readBack(_ candidate: AttachCandidate, _ settings: VFSettings) throws -> VFState? {
        guard let before = candidate.infoBefore, let asked = candidate.parent else { return nil }
        guard !candidate.changes.isEmpty || settings.macAddress != nil else { return before }
        guard
            let parent = try host.vfInfos(
                ofPF: asked.address, expectedName: asked.link.name, only: before.index),
            let info = try vfInfo(of: candidate.function, in: parent)
        else { return nil }
        let differences = VFPlan.differences(of: info, from: settings)
        guard differences.isEmpty else {
            throw ManagerError(
                .unsupported,
                "VF \(info.index) of \(parent.link.name) did not take its settings: "
                    + differences.map(\.description).joined(separator: ", "))
        }
        return info
    }

    private func moveIntoContainer(
        _ present: Link, as attachment: Attachment, in container: H.Namespace
    ) throws -> Link {
        let name = attachment.expectedName ?? present.name
        let settings = attachment.settings
        try host.move(
            present, from: try host.hostNamespace(), to: container, as: name, index: nil)
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
            try host.setLink(moved, settings.interfaceSettings, in: container)
        } catch let error as NetlinkError where error.errno == .noDevice {
            // Somebody in the container has renamed it at once, as what follows sees.
        }
        var link = try look()
        // Another interface may have its name by now, and later its index. What the VF itself shows counts.
        for _ in 1...3 where !settings.interfaceSettings.areSet(on: link) {
            try host.setLink(link, settings.interfaceSettings, in: container)
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

    /// Refuses to call a VF attached that somebody in the container has moved on meanwhile.
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

    /// Makes a record attached, which was written with that in mind.
    private func commit(_ attachment: Attachment, recordedAs recorded: Attachment) throws {
        if attachment.settings != recorded.settings {
            // Something that was asked for does not count.
            var finished = attachment
            finished.phase = .attached
            try store.update(finished)
        }
        try store.commit(attachment)
    }

    // MARK: When it fails

    /// Brings a VF back whose attach has failed; apart from `attach`, where its types would be made for nothing.
    ///
    /// - Returns: The error to report.
    @inline(never)
    private func undo(
        _ attachment: Attachment, in container: H.Namespace,
        releasing release: ((Attachment) throws -> Void)?, after error: any Error
    ) -> any Error {
        let outcome = bringBack(attachment, within: container, releasing: release)
        return afterUndo(attachment, outcome, error)
    }

    /// - Returns: The error to report: the first one, with what is left to do if anything is.
    func afterUndo(
        _ attachment: Attachment, _ outcome: BringBackOutcome, _ error: any Error
    ) -> any Error {
        if outcome.isComplete { return error }
        return ManagerError(
            ManagerError.code(of: error),
            "VF \(attachment.function) could not be brought back wholly after a failure, its "
                + "record stays for recovery",
            causes: [error] + outcome.failures)
    }

    /// Adds to a failure what it was about, and that the PF is down or has no carrier if so: drivers
    /// refuse or swallow settings then.
    func explaining<Value>(
        _ candidate: AttachCandidate, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch {
            var causes: [any Error] = [error]
            if let link = candidate.parent?.link, !link.hasCarrier {
                let state = link.isUp ? "has no carrier" : "is down"
                causes.append(ManagerError(.unsupported, "\(link.name) \(state)"))
            }
            throw ManagerError(
                ManagerError.code(of: error), "VF \(candidate.function.address)", causes: causes)
        }
    }
}
