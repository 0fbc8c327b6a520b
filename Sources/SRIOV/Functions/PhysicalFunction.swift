package import LinuxSystem

/// A PCI function that can be split into virtual functions, as sysfs shows it now.
package struct PhysicalFunction: Hashable, Sendable {
    /// The PCI address of the PF.
    package var address: PCIAddress
    /// The interface in this namespace; nil if the driver made none, or it lives elsewhere.
    package var interfaceName: KernelText?
    /// The bound driver; nil for none.
    package var driver: String?
    /// PCI vendor number; 0 if sysfs does not show it.
    package var vendor: UInt16
    /// PCI device number; 0 if sysfs does not show it.
    package var device: UInt16
    /// nil on machines without NUMA.
    package var numaNode: Int?
    /// nil without an IOMMU.
    package var iommuGroup: Int?
    /// The RDMA device, such as `mlx5_0`; nil for none.
    package var rdmaDevice: String?
    /// What its interface speaks; nil without one in this namespace.
    package var linkType: LinkType?
    /// The most VFs that the hardware offers (`sriov_totalvfs`).
    package var maximumVFs: Int
    /// The VFs that exist, by index on this PF; indexes may have gaps.
    package var virtualFunctions: [Int: PCIAddress]

    package init(
        address: PCIAddress, interfaceName: KernelText? = nil, driver: String? = nil,
        vendor: UInt16 = 0, device: UInt16 = 0, numaNode: Int? = nil, iommuGroup: Int? = nil,
        rdmaDevice: String? = nil, linkType: LinkType? = nil, maximumVFs: Int = 0,
        virtualFunctions: [Int: PCIAddress] = [:]
    ) {
        self.address = address
        self.interfaceName = interfaceName
        self.driver = driver
        self.vendor = vendor
        self.device = device
        self.numaNode = numaNode
        self.iommuGroup = iommuGroup
        self.rdmaDevice = rdmaDevice
        self.linkType = linkType
        self.maximumVFs = maximumVFs
        self.virtualFunctions = virtualFunctions
    }

    /// The name for messages: the interface's, or the address where there is none.
    package var displayName: String { interfaceName?.description ?? address.description }
}
