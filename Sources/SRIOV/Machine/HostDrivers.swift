package import LinuxSystem

/// Drivers of PCI functions, and the programs that use them from user space.
///
/// Errors are as `Host` says.
package protocol HostDrivers: Sendable {
    /// Whether the kernel has a driver for PCI functions with this name, loaded now.
    func driverExists(_ name: String) -> Bool

    /// Binds a VF to another driver, by `driver_override` and `drivers_probe`, and waits for its interface as far
    /// as the driver makes any.
    ///
    /// - Parameter driver: nil for the one that the kernel chooses, which needs `bindsDrivers(to:)` of its PF.
    /// - Throws: `ManagerError` `unsupported` if the driver does not take the VF; the one before is bound again then.
    func bindDriver(_ driver: String?, to address: PCIAddress, deadline: Deadline) throws

    /// The programs that have VFs open through a driver of user space, `qemu-system-x86 (4711)`, by the VF; a VF
    /// without such a program is missing.
    ///
    /// - Parameter functions: With their IOMMU groups: a group can only be open as a whole.
    func programs(using functions: [VirtualFunction]) throws -> [PCIAddress: [String]]

    /// Whether the kernel binds drivers to new VFs of a PF (`sriov_drivers_autoprobe`); nil if that is
    /// unknown.
    func bindsDrivers(to function: PCIAddress) throws -> Bool?

    /// Sets whether the kernel binds drivers to new VFs of a PF (`sriov_drivers_autoprobe`).
    ///
    /// - Throws: `SystemCallError`; the attribute is as it was.
    func setBindsDrivers(_ binds: Bool, to function: PCIAddress) throws
}
