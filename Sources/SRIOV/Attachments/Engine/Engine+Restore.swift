internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Gives a VF that is home again its original state.
    ///
    /// - Parameter arrival: Its interface as it was seen last; nil if it has none.
    /// - Returns: What could not be restored, by a final reading of the kernel's state.
    func restore(_ attachment: Attachment, _ arrival: Link?) -> [any Error] {
        var failures: [any Error] = []
        func attempt(_ step: () throws -> Void) {
            do { try step() } catch { failures.append(error) }
        }
        attempt { try restoreInterface(attachment, arrival, &failures) }
        attempt { try restoreSettings(attachment, arrival, &failures) }
        // The PF's settings survive a reset; what the VF has sent to the PF it sends again when it comes up.
        resetIfAskedFor(attachment.function, attachment.settings)
        attempt {
            var link: Link?
            if let original = attachment.originalInterface {
                link = try homeLink(of: attachment)
                // Coming up resets some VFs, so it is last.
                if let present = link, original.isUp, !present.isUp {
                    try setLink(present, LinkSettings(isUp: true), in: home)
                    link = try homeLink(of: attachment)
                }
            }
            if failures.isEmpty { failures += try remainders(of: attachment, link) }
        }
        return failures
    }

    private func homeLink(of attachment: Attachment) throws -> Link? {
        try host.link(
            of: attachment.function,
            expectedName: attachment.originalInterface?.name, in: home)
    }

    /// Refuses a VF without an interface in the host, unless there is no interface to restore.
    ///
    /// It has none only if it is gone from the bus, or bound to another driver than before.
    private func refuseIfAway(_ attachment: Attachment) throws {
        let address = attachment.function
        guard !functionIsGone(of: attachment),
            try host.driver(of: address) == attachment.originalDriver
        else { return }
        throw ManagerError(.incomplete, "VF \(address) has no interface in the host")
    }

    private func restoreInterface(
        _ attachment: Attachment, _ arrival: Link?, _ failures: inout [any Error]
    ) throws {
        guard let original = attachment.originalInterface else { return }
        guard var link = arrival else {
            try refuseIfAway(attachment)
            return
        }
        func attempt(_ step: () throws -> Void) {
            do { try step() } catch { failures.append(error) }
        }
        if link.isUp, !original.isUp || link.name != original.name {
            attempt { try setLink(link, LinkSettings(isUp: false), in: home) }
        }
        for name in link.alternativeNames where !original.alternativeNames.contains(name) {
            attempt { try host.removeAlternativeName(name, from: link, in: home) }
        }
        if link.name != original.name {
            attempt {
                // Its own name may be one of its alternative names now: udev adds them on its own.
                if link.alternativeNames.contains(original.name) {
                    try host.removeAlternativeName(original.name, from: link, in: home)
                }
                try setLink(link, LinkSettings(name: original.name), in: home)
                link.name = original.name
            }
        }
        for name in original.alternativeNames where !link.alternativeNames.contains(name) {
            attempt {
                do {
                    try host.addAlternativeName(name, to: link, in: home)
                } catch {
                    // udev gives this name to interfaces that appear, as vfmap does.
                    guard try homeLink(of: attachment)?.alternativeNames.contains(name) == true
                    else { throw error }
                }
            }
        }
        let settings = original.settings(toRestore: link)
        if !settings.isEmpty {
            attempt { try setLink(link, settings, in: home) }
        }
    }

    private func restoreSettings(
        _ attachment: Attachment, _ link: Link?, _ failures: inout [any Error]
    ) throws {
        guard attachment.physicalFunction != nil, let index = attachment.index,
            let original = attachment.originalInfo
        else {
            try restoreMAC(of: attachment, link: link, parent: nil, in: home)
            return
        }
        guard let parent = try parentInfo(of: attachment), let present = parent.vf(index) else {
            throw ManagerError(
                .notFound,
                "the physical function of \(attachment.function) has no interface here, so "
                    + "the settings of its VF cannot be restored now")
        }
        let changes = VFPlan.restoration(
            of: original, from: present, changedBy: attachment.settings)
        try setTogether(changes, index: index, of: parent) { change in
            do {
                try setVF(change, index: index, of: parent)
                return true
            } catch let error as NetlinkError
                where error.errno == .notSupported && !original.reports(change)
            {
                // What a driver neither knows nor reports was not changed either: there is nothing to take back.
            } catch {
                failures.append(error)
            }
            return false
        }
        try restoreMAC(of: attachment, link: link, parent: parent, in: home)
    }

    private func parentInfo(of attachment: Attachment) throws -> PhysicalFunctionInfo? {
        guard let address = attachment.physicalFunction else { return nil }
        return try host.vfInfos(ofPF: address, expectedName: nil, only: attachment.index)
    }

    /// What still differs from the original, after everything went without an error.
    private func remainders(of attachment: Attachment, _ link: Link?) throws -> [any Error] {
        var remainders: [Difference] = []
        if let original = attachment.originalInterface, let link {
            remainders += original.differences(from: link)
        }
        if let index = attachment.index, let original = attachment.originalInfo,
            let present = try parentInfo(of: attachment)?.vf(index)
        {
            let wanted = VFPlan.inverse(of: attachment.settings, original: original)
            remainders += VFPlan.differences(of: present, from: wanted)
        }
        return remainders.map {
            ManagerError(.incomplete, "VF \(attachment.function): \($0)")
        }
    }
}

extension InterfaceOriginal {
    /// What must be set, in one message, so that a link is as it was; name, MAC and up are set separately.
    func settings(toRestore link: Link) -> LinkSettings {
        var settings = LinkSettings()
        if link.mtu != mtu { settings.mtu = mtu }
        if link.isPromiscuous != isPromiscuous { settings.isPromiscuous = isPromiscuous }
        if link.receivesAllMulticast != receivesAllMulticast {
            settings.receivesAllMulticast = receivesAllMulticast
        }
        if link.transmitQueueLength != transmitQueueLength {
            settings.transmitQueueLength = transmitQueueLength
        }
        if link.alias != alias { settings.alias = alias ?? "" }
        return settings
    }

    /// How a link differs from this original.
    func differences(from link: Link) -> [Difference] {
        var differences: [Difference] = []
        func compare<Value: Equatable>(_ attribute: String, _ original: Value, _ present: Value) {
            guard original != present else { return }
            differences.append(
                Difference(
                    attribute: attribute, present: "\(present)", wanted: "\(original)",
                    source: .original))
        }
        compare("name", name, link.name)
        compare(
            "alternative names", alternativeNames.sorted().map(\.description),
            link.alternativeNames.sorted().map(\.description))
        compare(
            "MAC address", macAddress?.description ?? "none", link.macAddress?.description ?? "none"
        )
        compare("MTU", mtu, link.mtu)
        compare("up", isUp, link.isUp)
        compare("promiscuous", isPromiscuous, link.isPromiscuous)
        compare("all multicast", receivesAllMulticast, link.receivesAllMulticast)
        compare("transmit queue length", transmitQueueLength, link.transmitQueueLength)
        compare("alias", alias?.description ?? "none", link.alias?.description ?? "none")
        return differences
    }
}

extension VFState {
    /// Whether the driver reports the attribute that a change is about.
    fileprivate func reports(_ change: VFAttribute) -> Bool {
        switch change {
        case .spoofCheck: spoofCheck != nil
        case .trust: trust != nil
        case .linkState: linkState != nil
        case .rssQuery: rssQuery != nil
        case .macAddress, .vlan, .transmitRate: true
        }
    }
}
