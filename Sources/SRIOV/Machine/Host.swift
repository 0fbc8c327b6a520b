package import LinuxSystem

/// The operations on the machine, by role.
///
/// `SystemHost` is the machine; the tests have one that keeps its state in memory and fails, or dies,
/// at any call. Errors are those of LinuxSystem and Netlink, passed on as they are: `SystemCallError` for sysfs,
/// `/proc` and sockets, `NetlinkError` for netlink requests. A call that only reads changes nothing when it throws.
package protocol Host:
    HostClock, HostFunctions, HostDrivers, HostPorts, HostLinks, HostAddresses
{}

extension Host {
    /// The VF with everything that sysfs tells of it.
    ///
    /// - Throws: As `virtualFunction(at:detail:)`.
    package func virtualFunction(at address: PCIAddress) throws -> VirtualFunction? {
        try virtualFunction(at: address, detail: .all)
    }

    /// The PF's interface, whatever its name is, and the state of all its VFs.
    ///
    /// - Throws: As `vfInfos(ofPF:expectedName:only:)`.
    package func vfInfos(ofPF address: PCIAddress) throws -> PhysicalFunctionInfo? {
        try vfInfos(ofPF: address, expectedName: nil, only: nil)
    }
}
