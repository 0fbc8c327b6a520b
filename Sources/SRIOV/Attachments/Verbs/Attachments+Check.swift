internal import LinuxSystem
internal import Netlink

extension Attachments {
    /// Compares an attachment with the present state.
    ///
    /// - Throws: `ManagerError` `notFound` if the owner has no attachment.
    package func check(_ owner: AttachmentOwner) throws -> CheckReport {
        let subject = "check \(owner.holder)"
        do {
            guard let attachment = try store.attachment(of: owner) else {
                throw ManagerError(.notFound, "there is no record of \(owner)")
            }
            return try check(attachment)
        } catch {
            throw ManagerError.wrapping(error, subject)
        }
    }

    private func check(_ attachment: Attachment) throws -> CheckReport {
        let address = attachment.function
        func report(
            _ findings: [CheckFinding], link: Link? = nil, info: VFState? = nil
        ) -> CheckReport {
            CheckReport(attachment: attachment, link: link, info: info, findings: findings)
        }
        if let loss = engine.loss(of: attachment) { return report([.lost(loss)]) }
        guard let function = try subject(of: attachment) else {
            return report([.notAVirtualFunction(address)])
        }
        let locks = try AttachmentLocks(
            function, mode: .shared, in: locks, deadline: Deadline(after: timeouts.lock))
        return try withExtendedLifetime(locks) {
            var findings: [CheckFinding] = []
            try checkPhase(attachment, &findings)
            if function.driver != attachment.originalDriver {
                findings.append(
                    .driver(
                        attachment.subject, present: function.driver,
                        recorded: attachment.originalDriver))
            }
            var link: Link?
            if attachment.originalInterface != nil {
                link = try checkInterface(attachment, &findings)
            }
            let parent = try engine.pfInfo(of: function)
            let info = try engine.vfInfo(of: function, in: parent)
            if let info {
                var settings = attachment.settings
                // It equals the record once the temporary trust has been removed.
                if attachment.handover?.isTemporarilyTrusted == true { settings.trust = nil }
                findings += VFPlan.differences(of: info, from: settings).map { .differs($0) }
            } else if attachment.settings.needsPhysicalFunction {
                findings.append(.physicalFunctionHidden(address))
            }
            return report(findings, link: link, info: info)
        }
    }

    /// The VF of a record, or the PF if it was given away as a whole; nil if the function is no longer either.
    private func subject(of attachment: Attachment) throws -> VirtualFunction? {
        let address = attachment.function
        // In this order: a PF is no VF, and most records are about VFs.
        if let function = try host.virtualFunction(at: address) { return function }
        return try engine.wholePhysicalFunction(at: address)?.subject
    }

    /// An attachment that a runtime has not finished is no difference, unless it has taken too long.
    private func checkPhase(
        _ attachment: Attachment, _ findings: inout [CheckFinding]
    ) throws {
        switch attachment.phase {
        case .attached: break
        case .reserved, .joined, .leaving:
            if let staleness = try engine.staleness(of: attachment) {
                findings.append(.stale(staleness))
            }
        case .preparing, .detaching, .restoring:
            findings.append(.unfinished(attachment.phase))
        }
    }

    private func checkInterface(
        _ attachment: Attachment, _ findings: inout [CheckFinding]
    ) throws -> Link? {
        guard let link = try findInterface(of: attachment, &findings) else { return nil }
        switch attachment.phase {
        case .reserved, .joined: break
        // The runtime is taking it out, and may have changed it.
        case .leaving: return link
        case .preparing, .attached, .detaching, .restoring:
            // In a handover the runtime chooses its name too.
            if let name = attachment.expectedName, link.name != name {
                findings.append(.renamed(link.name, expected: name))
            }
            if !link.isUp { findings.append(.interfaceDown(link.name)) }
        }
        compare(link, with: attachment.settings, &findings)
        return link
    }

    /// The interface where it should be in the record's phase.
    private func findInterface(
        of attachment: Attachment, _ findings: inout [CheckFinding]
    ) throws -> Link? {
        let place: String
        let address = attachment.function
        switch attachment.phase {
        case .reserved, .joined, .leaving:
            // The runtime may move it at any time; until then it may be in the host.
            if attachment.phase != .reserved, let location = try engine.location(of: attachment) {
                return location.link
            }
            let name = attachment.originalInterface?.name
            if let link = try host.link(
                of: address, expectedName: name, in: home)
            {
                return link
            }
            place = "the host"
        case .preparing, .attached, .detaching, .restoring:
            place = attachment.locationDescription
            guard let container = attachment.namespace.flatMap(engine.open) else {
                findings.append(.namespaceGone(place: place))
                return nil
            }
            if let link = try host.link(
                of: address, expectedName: attachment.expectedName, in: container)
            {
                return link
            }
        }
        findings.append(.noInterface(attachment.subject, place: place))
        return nil
    }

    private func compare(
        _ link: Link, with settings: VFSettings, _ findings: inout [CheckFinding]
    ) {
        func report(_ attribute: String, _ present: Any, _ wanted: Any) {
            findings.append(
                .differs(
                    Difference(
                        attribute: "\(attribute) of \(link.name)", present: "\(present)",
                        wanted: "\(wanted)", source: .request)))
        }
        if let wanted = settings.macAddress, link.macAddress != wanted {
            let present = link.macAddress.map(\.description) ?? "none"
            report("MAC address", present, wanted)
        }
        if let wanted = settings.mtu, link.mtu != wanted {
            report("MTU", link.mtu, wanted)
        }
        let modes = [
            ("promiscuous mode", settings.isPromiscuous, link.isPromiscuous),
            ("all-multicast mode", settings.receivesAllMulticast, link.receivesAllMulticast),
        ]
        for case (let mode, let wanted?, let present) in modes where wanted != present {
            report(mode, present ? "on" : "off", wanted ? "on" : "off")
        }
    }
}
