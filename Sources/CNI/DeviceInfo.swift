package import JSON
package import LinuxSystem

/// What a device-info file tells of a VF, by the Device Information Specification 1.1.0 of the Network Plumbing
/// Working Group.
package struct DeviceInfo: Hashable, Sendable {
    /// The address of the VF.
    package var address: PCIAddress
    /// nil where the PF is not visible.
    package var physicalFunction: PCIAddress?
    /// The RDMA device; nil for none.
    package var rdmaDevice: String?
    /// The interface that stands for the VF on its PF's switch; nil for none.
    package var representor: String?

    package init(
        address: PCIAddress, physicalFunction: PCIAddress? = nil, rdmaDevice: String? = nil,
        representor: String? = nil
    ) {
        self.address = address
        self.physicalFunction = physicalFunction
        self.rdmaDevice = rdmaDevice
        self.representor = representor
    }

    /// The document.
    ///
    /// - Parameter present: What the file holds already, written by a device plugin; keys of it that are not ours
    ///   stay.
    package func document(over present: JSONMembers = [:]) -> JSONValue {
        var function: JSONMembers = [:]
        if case .object(let known)? = present["pci"] { function = known }
        function["pci-address"] = .string(address.description)
        for (key, value) in [
            ("pf-pci-address", physicalFunction?.description), ("rdma-device", rdmaDevice),
            ("representor-device", representor),
        ] {
            if let value { function[key] = .string(value) }
        }
        var members = present
        members["type"] = .string("pci")
        members["version"] = .string("1.1.0")
        members["pci"] = .object(function)
        return .object(members)
    }
}
