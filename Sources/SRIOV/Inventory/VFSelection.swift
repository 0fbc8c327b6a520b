package import LinuxSystem

/// Which VF is wanted.
package enum VFSelection: Hashable, Sendable {
    /// This one.
    case address(PCIAddress)
    /// Any free VF of this PF.
    case anyOf(physicalFunction: PCIAddress)
    /// Any free VF of a pool, named as `PoolList.pool(named:)` takes it.
    case pool(String, of: PoolList)
}
