/// How much of a VF is read, besides its address and its PF.
///
/// Each member but `numaNode` costs a file or a directory in sysfs for each VF, which is what a list of thousands of them
/// takes its time for.
package struct FunctionDetail: OptionSet, Hashable, Sendable {
    /// One bit for each member.
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Nothing more, which is what its locks need: nothing else is true of it only while they are held.
    package static let parentage: FunctionDetail = []
    /// Index, interface and driver.
    package static let work = FunctionDetail(rawValue: 1 << 0)
    /// PCI vendor and device numbers.
    package static let identifiers = FunctionDetail(rawValue: 1 << 1)
    /// The NUMA node.
    package static let numaNode = FunctionDetail(rawValue: 1 << 2)
    /// The number of the IOMMU group.
    package static let iommuGroup = FunctionDetail(rawValue: 1 << 3)
    /// The name of the RDMA device.
    package static let rdmaDevice = FunctionDetail(rawValue: 1 << 4)
    /// The firmware's number (`acpi_index`).
    package static let acpiIndex = FunctionDetail(rawValue: 1 << 5)

    /// Every member.
    package static let all: FunctionDetail = [
        .work, .identifiers, .numaNode, .iommuGroup, .rdmaDevice, .acpiIndex,
    ]
}
