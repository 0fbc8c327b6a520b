package import LinuxSystem

/// Which VF is wanted.
package enum VFSelection: Hashable, Sendable {
    /// This one.
    case address(PCIAddress)
    /// Any free VF of this PF.
    case anyOf(physicalFunction: PCIAddress)
}
