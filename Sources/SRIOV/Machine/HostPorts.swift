package import LinuxSystem
package import Netlink

/// What only a PF can do: the settings and counters of its VFs, and its card's switch.
///
/// Errors are as `Host` says.
package protocol HostPorts: Sendable {
    /// The representor of a VF on its PF's eswitch; nil for none, as outside switchdev mode.
    func representor(of function: VirtualFunction) throws -> KernelText?

    // MARK: The card's eswitch

    /// The mode of a PF's switch; nil where the kernel, the driver or the device has no such modes.
    ///
    /// - Throws: `NetlinkError`; with `EPERM` without CAP_NET_ADMIN.
    func eswitchMode(of function: PCIAddress) throws -> EswitchMode?

    /// Sets the mode of a PF's switch.
    ///
    /// - Throws: `NetlinkError`; with `EOPNOTSUPP` or `ENODEV` if there are no such modes, with the driver's reason if
    ///   it refuses now, as while there are VFs.
    func setEswitchMode(_ mode: EswitchMode, of function: PCIAddress) throws

    // MARK: VFs through their PF

    /// The PF's interface and the state of its VFs.
    ///
    /// - Parameters:
    ///   - name: Where the interface is expected; asked first, and trusted unless the PCI address disagrees. nil
    ///     looks for it.
    ///   - index: The VF of which the state is wanted; nil for all.
    /// - Returns: nil if there is no such PF, or it has no interface in this namespace.
    func vfInfos(
        ofPF address: PCIAddress, expectedName name: KernelText?, only index: Int?
    ) throws -> PhysicalFunctionInfo?

    /// The same with the VFs' counters, as the PF's driver keeps them.
    ///
    /// - Parameter count: How many VFs there are; if there are more than fit into the kernel's answer, no counters are
    ///   returned.
    func vfInfosWithStatistics(ofPF address: PCIAddress, count: Int) throws -> PhysicalFunctionInfo?

    /// Whether a PF's driver shows files of its VFs (`sriov`), among which may be counters.
    func hasFilesOfVFs(ofPF address: PCIAddress) -> Bool

    /// The counters of a VF that its PF's driver shows as files (`sriov/<index>/stats`), by their names; nil if it
    /// shows none.
    func counterFiles(ofVF index: Int, ofPF address: PCIAddress) throws -> [String: UInt64]?

    /// Sets attributes of a VF in their order, with one message.
    ///
    /// - Throws: The kernel's first refusal, which does not tell what it is about where there are several; what came
    ///   before it is set.
    func setVF(_ attributes: [VFAttribute], index: Int, of function: PhysicalFunctionInfo) throws
}
