package import LinuxSystem

/// A virtual function, as sysfs shows it now.
package struct VirtualFunction: Hashable, Sendable {
    /// The PCI address of the VF.
    package var address: PCIAddress
    /// Its PF; nil where the PF is not visible, as inside a virtual machine.
    package var physicalFunction: PCIAddress?
    /// The index on its PF; nil where the PF is not visible.
    package var index: Int?
    /// The interface in this namespace; nil if there is none or it lives in another namespace.
    package var interfaceName: KernelText?
    /// The bound driver; nil for none.
    package var driver: String?
    /// PCI vendor number; 0 if it was not read.
    package var vendor: UInt16
    /// PCI device number; 0 if it was not read.
    package var device: UInt16
    /// nil on machines without NUMA.
    package var numaNode: Int?
    /// nil without an IOMMU.
    package var iommuGroup: Int?
    /// The RDMA device; nil for none.
    package var rdmaDevice: String?
    /// The firmware's number for the device (`acpi_index`); nil for none, as of nearly every VF.
    package var acpiIndex: String?

    package init(
        address: PCIAddress, physicalFunction: PCIAddress? = nil, index: Int? = nil,
        interfaceName: KernelText? = nil, driver: String? = nil, vendor: UInt16 = 0,
        device: UInt16 = 0, numaNode: Int? = nil, iommuGroup: Int? = nil,
        rdmaDevice: String? = nil, acpiIndex: String? = nil
    ) {
        self.address = address
        self.physicalFunction = physicalFunction
        self.index = index
        self.interfaceName = interfaceName
        self.driver = driver
        self.vendor = vendor
        self.device = device
        self.numaNode = numaNode
        self.iommuGroup = iommuGroup
        self.rdmaDevice = rdmaDevice
        self.acpiIndex = acpiIndex
    }
}
