internal import LinuxSystem

/// The VFs among which one is chosen, in the order in which they are tried.
struct VFCandidates {
    /// What they are the VFs of, for errors: `pf0`, `pool fast`.
    let subject: String
    let addresses: [PCIAddress]
    /// The PFs of them all.
    let physicalFunctions: [PhysicalFunction]
    /// Those that are wanted although they have no interface, because of a driver of user space.
    var userspace: Set<PCIAddress> = []

    var noneFree: ManagerError {
        ManagerError(.noneFree, "\(subject) has no free VF among its \(addresses.count)")
    }
}
