internal import Node

extension PhysicalFunctionView {
    /// Everything that is known of the PF, a line each.
    var description: DescriptionBlock {
        DescriptionBlock(
            [
                ("physical function", address),
                ("device", deviceNameAndNumber),
                ("driver", driver),
                ("interface", interface),
                ("link", link?.rawValue),
                ("MAC", mac),
                ("MTU", mtu.map(String.init)),
                ("NUMA node", numaNode.map(String.init)),
                ("IOMMU group", iommuGroup.map(String.init)),
                ("RDMA device", rdmaDevice),
                ("eswitch mode", eswitchMode),
                ("VFs", "\(currentVFs) of at most \(maximumVFs)"),
            ] + (attachment.map { [("given away to", $0.owner.text)] } ?? [])
                + (staleness.map { [("stale", $0)] } ?? []))
    }

    private var deviceNameAndNumber: String {
        nameAndNumber(
            vendorName: vendorName, deviceName: deviceName, vendorId: vendorId, deviceId: deviceId)
    }
}

/// A device by its names, as far as pci.ids knows them, and its numbers.
func nameAndNumber(
    vendorName: String?, deviceName: String?, vendorId: String, deviceId: String
) -> String {
    let names = [vendorName, deviceName].compactMap(\.self)
    let numbers = "\(vendorId):\(deviceId)"
    return names.isEmpty ? numbers : names.joined(separator: " ") + " (\(numbers))"
}
