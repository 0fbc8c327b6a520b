internal import LinuxSystem
internal import Netlink

/// Reading a VF, or a PF as a whole, before anything is changed.
extension Engine {
    /// Reads the VF as it is and refuses it if it must not be given away.
    func examine(
        _ function: VirtualFunction, for settings: VFSettings
    ) throws(ManagerError) -> AttachCandidate {
        do {
            let parent = try pfInfo(of: function)
            let before = try vfInfo(of: function, in: parent)
            let link = try host.link(
                of: function.address, expectedName: function.interfaceName, in: home)
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

    /// Refuses an interface that the host itself uses.
    func refuseIfTheHostUses(_ link: Link, of subject: String) throws {
        if let use = try HostUse(link, defaultRoutes: host.defaultRouteInterfaces) {
            throw ManagerError(.obstructed, "\(subject): \(use)")
        }
    }

    /// Refuses settings that only the PF can make: without an interface the MAC too.
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

    /// Refuses an interface with addresses: without a visible PF a VF cannot be distinguished from the host's own card.
    private func refuseIfAddressed(_ link: Link, _ function: VirtualFunction) throws {
        let addresses = try host.addresses(of: link, in: home)
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
}
