extension AttachmentView {
    /// The record, a line for each thing it says.
    var description: DescriptionBlock {
        DescriptionBlock(
            [
                ("owner", owner.text),
                ("phase", phase),
                ("since", created),
                ("moved to", namespaceText),
                ("asked for", settings.text),
            ] + original.entries)
    }

    private var namespaceText: String? {
        guard let namespace else { return nil }
        let identity = [
            namespace.inode.map { "inode \($0)" }, namespace.cookie.map { "cookie \($0)" },
        ].compactMap(\.self)
        return namespace.path + (identity.isEmpty ? "" : " (\(identity.joined(separator: ", ")))")
    }
}

extension VFSettingsView {
    /// `MAC 02:11:22:33:44:55, VLAN 100, trust on`; nil if nothing was asked for.
    var text: String? {
        list(
            [
                mac.map { "MAC \($0)" }, vlan.map { "VLAN \($0.id == 0 ? "none" : $0.text)" },
                rateText(minimum: minimumRate, maximum: maximumRate).map { "transmit rate \($0)" },
                onOrOff(spoofCheck).map { "spoof check \($0)" },
                onOrOff(trust).map { "trust \($0)" }, linkState.map { "link state \($0)" },
                mtu.map { "MTU \($0)" },
                onOrOff(promiscuous).map { "promiscuous mode \($0)" },
                onOrOff(allMulticast).map { "all-multicast mode \($0)" },
                resetOnRelease == true ? "reset on release" : nil,
            ].compactMap(\.self))
    }
}

extension OriginalView {
    /// What the detach restores.
    fileprivate var entries: [(key: String, value: String?)] {
        var entries: [(key: String, value: String?)] = [("original driver", driver)]
        if let interface {
            let modes = [
                interface.up ? "up" : "down", interface.promiscuous ? "promiscuous" : nil,
                interface.allMulticast ? "all multicast" : nil,
            ]
            entries += [
                ("original interface", interface.name),
                ("original alternative names", list(interface.alternativeNames)),
                ("original MAC", interface.mac),
                ("original MTU", "\(interface.mtu)"),
                ("original flags", list(modes.compactMap(\.self))),
                ("original queue length", "\(interface.transmitQueueLength)"),
                ("original alias", interface.alias),
            ]
        }
        if let report {
            entries += [
                ("original administrative MAC", report.mac),
                ("original VLAN", VLANView.text(of: report.vlans)),
                (
                    "original transmit rate",
                    rateText(minimum: report.minimumRate, maximum: report.maximumRate)
                ),
                ("original spoof check", onOrOff(report.spoofCheck)),
                ("original trust", onOrOff(report.trust)),
                ("original link state", report.linkState),
            ]
        }
        return entries
    }
}
