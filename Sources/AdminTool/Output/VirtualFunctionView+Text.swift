extension VirtualFunctionView {
    /// Everything that is known of the VF, a line each; its record is a block of its own.
    var description: DescriptionBlock {
        DescriptionBlock(
            [
                ("virtual function", address),
                ("physical function", physicalFunctionText),
                ("index", index.map(String.init)),
                ("state", state.rawValue),
                (
                    "device",
                    nameAndNumber(
                        vendorName: vendorName, deviceName: deviceName, vendorId: vendorId,
                        deviceId: deviceId)
                ),
                ("driver", driver),
                ("interface", interface),
                ("alternative names", alternativeNames.flatMap(list)),
                ("namespace", namespace),
                ("link", link?.rawValue),
                ("effective MAC", effectiveMac),
                ("administrative MAC", administrativeMac),
                ("permanent MAC", permanentMac),
                ("MTU", mtu.map(String.init)),
                ("VLAN", vlans.map(VLANView.text)),
                ("transmit rate", rateText(minimum: minimumRate, maximum: maximumRate)),
                ("spoof check", onOrOff(spoofCheck)),
                ("trust", onOrOff(trust)),
                ("link state", linkState),
                ("NUMA node", numaNode.map(String.init)),
                ("IOMMU group", iommuGroup.map(String.init)),
                ("RDMA device", rdmaDevice),
            ] + (staleness.map { [("stale", $0)] } ?? []))
    }

    private var physicalFunctionText: String? {
        guard let physicalFunction else { return nil }
        return physicalFunctionInterface.map { "\(physicalFunction) (\($0))" } ?? physicalFunction
    }
}

/// Names with commas; nil for none.
func list(_ names: [String]) -> String? {
    names.isEmpty ? nil : names.joined(separator: ", ")
}

/// A switch as the arguments spell it; nil if it is not known.
func onOrOff(_ value: Bool?) -> String? {
    value.map { $0 ? "on" : "off" }
}

/// Both limits as ip-link(8) shows them, in Mbit/s; nil if neither is known.
func rateText(minimum: UInt32?, maximum: UInt32?) -> String? {
    let limits = [minimum.map { "min \($0)" }, maximum.map { "max \($0)" }].compactMap(\.self)
    return limits.isEmpty ? nil : limits.joined(separator: " ") + " Mbit/s"
}
