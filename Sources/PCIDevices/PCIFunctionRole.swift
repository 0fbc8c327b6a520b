package import LinuxSystem

/// What part a PCI function has in SR-IOV, as sysfs tells.
package enum PCIFunctionRole: Hashable, Sendable {
    /// A PF, with as many VFs at the moment.
    case physical(virtualFunctions: Int)
    /// A VF of a PF.
    case virtual(of: PCIAddress)
    /// Neither: it has no SR-IOV, or is a VF whose PF is not visible, as inside a virtual machine.
    case plain
    /// The function is gone, or going, so that nothing tells any more.
    case unknown
}
