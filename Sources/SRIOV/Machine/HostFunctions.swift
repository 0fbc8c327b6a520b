package import LinuxSystem

/// PCI functions: which there are, how many VFs a PF has, what the kernel knows of each.
///
/// Errors are as `Host` says.
package protocol HostFunctions: Sendable {
    /// Every PF of a network card, sorted by address.
    func physicalFunctions() throws -> [PhysicalFunction]

    /// - Returns: nil if there is no such function or it has no SR-IOV.
    func physicalFunction(at address: PCIAddress) throws -> PhysicalFunction?

    /// Finds a PF by its interface's name in the host.
    func physicalFunction(named name: String) throws -> PhysicalFunction?

    /// A VF, or a network function that may be one whose PF is not visible, as inside a virtual machine.
    ///
    /// - Parameter detail: How much of it is read; the rest stays empty.
    /// - Returns: nil if there is no such function, or it is anything else.
    func virtualFunction(at address: PCIAddress, detail: FunctionDetail) throws -> VirtualFunction?

    /// The VFs of a PF, sorted by index; those that have gone since the PF was read are missing.
    ///
    /// - Parameter detail: How much of each is read; the rest stays empty.
    func virtualFunctions(of function: PhysicalFunction, detail: FunctionDetail) throws
        -> [VirtualFunction]

    /// Whether there is a PCI function at the address, of whatever kind.
    func functionExists(at address: PCIAddress) -> Bool

    /// The identity of the device that the kernel has made for a function: a number that it does not reuse while the
    /// host is up.
    ///
    /// A function that was unplugged, or a VF that was removed, and then came back at its address is another
    /// device; one that was reset or bound to another driver is the same.
    ///
    /// - Returns: nil if there is no such function, or that is unknown.
    func functionInstance(at address: PCIAddress) -> UInt64?

    /// Changes how many VFs a PF has (`sriov_numvfs`), and waits until their interfaces are there, as far as
    /// a driver makes any, and the PF has its carrier back if it had one.
    ///
    /// - Parameter count: 0 removes them all; another number is taken only when there are none.
    /// - Throws: `SystemCallError` of the write, with the number as it was; with `ETIMEDOUT` if VFs have no interface
    ///   at the deadline, with the number changed. `NetlinkError` if the PF's interface cannot be read. A carrier
    ///   that does not come back is no error.
    func setNumberOfVFs(_ count: Int, of function: PhysicalFunction, deadline: Deadline) throws

    /// The driver bound to a PCI function of whatever kind; nil for none, and without such a function.
    func driver(of address: PCIAddress) throws -> String?

    /// Whether a function has a separate reset, which does not affect the others.
    func canReset(_ address: PCIAddress) -> Bool

    /// Resets a function by itself (sysfs `reset`). What the PF administers stays, what the VF has told it goes.
    ///
    /// - Throws: `SystemCallError`: the function has no reset of its own, or the reset failed.
    func reset(_ address: PCIAddress) throws
}
