internal import LinuxSystem
internal import Node
internal import SRIOV

/// Everything that is known of this host's PFs and VFs, for programs.
struct InventoryView: Hashable, Codable {
    /// Sorted by address.
    let physicalFunctions: [PhysicalFunctionView]
    /// Sorted by address.
    let virtualFunctions: [VirtualFunctionView]

    init(_ inventory: Inventory, lookups: DeviceLookups) {
        // Reading pci.ids takes time, and thousands of VFs are of a few kinds.
        var known: [UInt32: DeviceNames] = [:]
        func names(_ vendor: UInt16, _ device: UInt16) -> DeviceNames {
            let key = UInt32(vendor) << 16 | UInt32(device)
            if let names = known[key] { return names }
            let names = lookups.names(vendor, device)
            known[key] = names
            return names
        }
        var interfaces: [PCIAddress: String] = [:]
        physicalFunctions = inventory.physicalFunctions.map { entry in
            let view = PhysicalFunctionView(
                entry, names: names(entry.function.vendor, entry.function.device),
                eswitchMode: lookups.eswitchMode(entry.function.address))
            interfaces[entry.function.address] = view.interface
            return view
        }
        virtualFunctions = inventory.virtualFunctions.map { entry in
            VirtualFunctionView(
                entry,
                physicalFunctionInterface: entry.function.physicalFunction.flatMap {
                    interfaces[$0]
                },
                names: names(entry.function.vendor, entry.function.device))
        }
    }
}
