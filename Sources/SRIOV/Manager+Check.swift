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
        func report(_ differences: [String], link: Link? = nil, info: VFInfo? = nil) -> CheckReport
        {
            CheckReport(attachment: attachment, link: link, info: info, differences: differences)
        }
        guard let function = try host.virtualFunction(at: address) else {
            return report(["VF \(address) is gone"])
        }
        if let loss = loss(of: attachment) { return report([loss]) }
        let locks = try AttachmentLocks(
            function, mode: .shared, in: locks, deadline: Deadline(after: patience.lock))
        return try withExtendedLifetime(locks) {
            var differences: [String] = []
            if attachment.phase != .attached {
                differences.append("the record is in phase \(attachment.phase.rawValue)")
            }
            if function.driver != attachment.originalDriver {
                differences.append(
                    "VF \(address) is bound to \(function.driver ?? "no driver"), was to "
                        + (attachment.originalDriver ?? "none"))
            }
            var link: Link?
            if attachment.originalInterface != nil {
                link = try checkInterface(attachment, &differences)
            }
            let parent = try pfInfo(of: function)
            let info = try vfInfo(of: function, in: parent)
            if let info {
                differences += VFPlan.differences(of: info, from: attachment.settings)
            } else if attachment.settings.needsPhysicalFunction {
                differences.append("the physical function of \(address) is not visible")
            }
            return report(differences, link: link, info: info)
        }
    }

    private func checkInterface(
        _ attachment: Attachment, _ differences: inout [String]
    ) throws -> Link? {
        let path = attachment.place
        let name = KernelText(attachment.owner.interfaceName)
        guard let container = attachment.namespace.flatMap(open) else {
            differences.append("the network namespace \(path) is gone, or another one is there")
            return nil
        }
        guard
            let link = try host.link(
                of: attachment.virtualFunction, expectedName: name, in: container)
        else {
            differences.append("the VF has no interface in \(path)")
            return nil
        }
        if link.name != name {
            differences.append("the interface is named \(link.name), not \(name)")
        }
        if !link.isUp { differences.append("interface \(link.name) is down") }
        if let wanted = attachment.settings.macAddress, link.macAddress != wanted {
            let present = link.macAddress.map(\.description) ?? "none"
            differences.append(
                "MAC address of \(link.name) is \(present), asked for was \(wanted)")
        }
        if let wanted = attachment.settings.mtu, link.mtu != wanted {
            differences.append("MTU of \(link.name) is \(link.mtu), asked for was \(wanted)")
        }
        let modes = [
            ("promiscuous mode", attachment.settings.isPromiscuous, link.isPromiscuous),
            (
                "all-multicast mode", attachment.settings.receivesAllMulticast,
                link.receivesAllMulticast
            ),
        ]
        for case (let mode, let wanted?, let present) in modes where wanted != present {
            differences.append(
                "\(mode) of \(link.name) is \(present ? "on" : "off"), asked for was "
                    + (wanted ? "on" : "off"))
        }
        return link
    }
}
