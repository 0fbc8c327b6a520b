internal import LinuxSystem
internal import Netlink

extension Manager {
    /// Compares an attachment with what is.
    ///
    /// - Throws: `ManagerError` `notFound` if the owner has no attachment.
    package func check(_ owner: AttachmentOwner) throws -> CheckReport {
        let subject = "check \(owner.container)/\(owner.interfaceName)"
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
        let address = attachment.virtualFunction
        func report(_ differences: [String], link: Link? = nil, info: VFState? = nil) -> CheckReport
        {
            CheckReport(attachment: attachment, link: link, info: info, differences: differences)
        }
        if let loss = loss(of: attachment) { return report([loss]) }
        guard let function = try subject(of: attachment) else {
            return report(["PCI function \(address) is neither a VF nor a PF"])
        }
        let locks = try AttachmentLocks(
            function, mode: .shared, in: locks, deadline: Deadline(after: timeouts.lock))
        return try withExtendedLifetime(locks) {
            var differences: [String] = []
            try checkPhase(attachment, &differences)
            if function.driver != attachment.originalDriver {
                differences.append(
                    "\(attachment.subject) is bound to \(function.driver ?? "no driver"), was to "
                        + (attachment.originalDriver ?? "none"))
            }
            var link: Link?
            if attachment.originalInterface != nil {
                link = try checkInterface(attachment, &differences)
            }
            let parent = try pfInfo(of: function)
            let info = try vfInfo(of: function, in: parent)
            if let info {
                var settings = attachment.settings
                // It is what the record says once the trust that was lent has been taken back.
                if attachment.handover?.isTemporarilyTrusted == true { settings.trust = nil }
                differences += VFPlan.differences(of: info, from: settings)
            } else if attachment.settings.needsPhysicalFunction {
                differences.append("the physical function of \(address) is not visible")
            }
            return report(differences, link: link, info: info)
        }
    }

    /// The VF of a record, or the PF if it was given away as a whole; nil if the function is neither any more.
    private func subject(of attachment: Attachment) throws -> VirtualFunction? {
        let address = attachment.virtualFunction
        // Not the other way about: a PF is no VF, and most records are about VFs.
        if let function = try host.virtualFunction(at: address) { return function }
        return try wholePhysicalFunction(at: address)?.subject
    }

    /// An attachment that a runtime has not finished is no difference, unless it has taken too long.
    private func checkPhase(
        _ attachment: Attachment, _ differences: inout [String]
    ) throws {
        switch attachment.phase {
        case .attached: break
        case .reserved, .joined, .leaving:
            if let staleness = try staleness(of: attachment) { differences.append(staleness) }
        case .preparing, .detaching, .restoring:
            differences.append("the record is in phase \(attachment.phase.rawValue)")
        }
    }

    private func checkInterface(
        _ attachment: Attachment, _ differences: inout [String]
    ) throws -> Link? {
        guard let link = try findInterface(of: attachment, &differences) else { return nil }
        switch attachment.phase {
        case .reserved, .joined: break
        // The runtime is taking it out, and may have done anything to it.
        case .leaving: return link
        case .preparing, .attached, .detaching, .restoring:
            // A runtime that moves it by itself chooses its name too.
            if let name = attachment.expectedName, link.name != name {
                differences.append("the interface is named \(link.name), not \(name)")
            }
            if !link.isUp { differences.append("interface \(link.name) is down") }
        }
        compare(link, with: attachment.settings, &differences)
        return link
    }

    /// The interface where it should be in the record's phase.
    private func findInterface(
        of attachment: Attachment, _ differences: inout [String]
    ) throws -> Link? {
        let path: String
        let address = attachment.virtualFunction
        switch attachment.phase {
        case .reserved, .joined, .leaving:
            // Only the runtime knows when it moves it, and where it was until then is as good.
            if attachment.phase != .reserved, let location = try location(of: attachment) {
                return location.link
            }
            let name = attachment.originalInterface?.name
            if let link = try host.link(
                of: address, expectedName: name, in: try host.hostNamespace())
            {
                return link
            }
            path = "the host"
        case .preparing, .attached, .detaching, .restoring:
            path = attachment.locationDescription
            guard let container = attachment.namespace.flatMap(open) else {
                differences.append(
                    "the network namespace \(path) is gone, or another one is there")
                return nil
            }
            if let link = try host.link(
                of: address, expectedName: attachment.expectedName, in: container)
            {
                return link
            }
        }
        differences.append("the \(attachment.kind) has no interface in \(path)")
        return nil
    }

    private func compare(
        _ link: Link, with settings: VFSettings, _ differences: inout [String]
    ) {
        if let wanted = settings.macAddress, link.macAddress != wanted {
            let present = link.macAddress.map(\.description) ?? "none"
            differences.append(
                "MAC address of \(link.name) is \(present), asked for was \(wanted)")
        }
        if let wanted = settings.mtu, link.mtu != wanted {
            differences.append("MTU of \(link.name) is \(link.mtu), asked for was \(wanted)")
        }
        let modes = [
            ("promiscuous mode", settings.isPromiscuous, link.isPromiscuous),
            ("all-multicast mode", settings.receivesAllMulticast, link.receivesAllMulticast),
        ]
        for case (let mode, let wanted?, let present) in modes where wanted != present {
            differences.append(
                "\(mode) of \(link.name) is \(present ? "on" : "off"), asked for was "
                    + (wanted ? "on" : "off"))
        }
    }
}
