package import LinuxSystem

/// One `selectors` object of a pool: a VF must satisfy all that it has; what is empty or nil lets every
/// VF pass.
package struct PoolSelector: Hashable, Sendable {
    /// PCI vendor numbers.
    package var vendors: Set<UInt16> = []
    /// PCI device numbers.
    package var devices: Set<UInt16> = []
    /// Names of the driver that is bound now: `iavf`, `vfio-pci`.
    package var drivers: Set<String> = []
    /// PCI addresses of VFs (`pciAddresses`).
    package var addresses: Set<PCIAddress> = []
    /// Of the VF itself, as the firmware's tables number it.
    package var acpiIndexes: Set<String> = []
    /// PFs with their VFs' indexes (`pfNames`).
    package var physicalFunctions: [PoolMember] = []
    /// PFs with their VFs' indexes (`rootDevices`).
    package var rootDevices: [PoolMember] = []
    /// Types of the PF's interface.
    package var linkTypes: Set<LinkType> = []
    /// Whether the VF must have an RDMA device.
    package var needsRDMA = false
    /// The keys of filters that ask for what is not known here; such a selector is taken to select all
    /// that its others do.
    package var unsupported: [String] = []

    package init() {}

    package func matches(_ function: VirtualFunction, on parent: PhysicalFunction) -> Bool {
        (vendors.isEmpty || vendors.contains(function.vendor))
            && (devices.isEmpty || devices.contains(function.device))
            && (drivers.isEmpty || function.driver.map(drivers.contains) == true)
            && (addresses.isEmpty || addresses.contains(function.address))
            && (acpiIndexes.isEmpty || function.acpiIndex.map(acpiIndexes.contains) == true)
            && (physicalFunctions.isEmpty
                || physicalFunctions.contains { $0.matches(function, on: parent) })
            && (rootDevices.isEmpty || rootDevices.contains { $0.matches(function, on: parent) })
            && (linkTypes.isEmpty || parent.linkType.map(linkTypes.contains) == true)
            && (!needsRDMA || function.rdmaDevice != nil)
    }
}
