package import LinuxSystem
package import Netlink
internal import Node

/// What is known of a NIC beyond the core's business: its names and the mode of its switch.
package struct DeviceLookups: Sendable {
    /// What pci.ids calls a vendor and a device number.
    package let names: @Sendable (_ vendor: UInt16, _ device: UInt16) -> DeviceNames

    /// What devlink calls the mode of a PF's switch, `legacy` or `switchdev`; nil if it does not tell.
    package let eswitchMode: @Sendable (PCIAddress) -> String?

    /// The ports of a PF's switch, as devlink tells; empty if it does not.
    package let switchPorts: @Sendable (PCIAddress) -> [DevlinkPort]

    /// What a PF's driver tells of the device; nil if it does not.
    package let info: @Sendable (PCIAddress) -> DevlinkInfo?

    /// Knows nothing, and costs nothing.
    static let none = DeviceLookups(
        names: { _, _ in DeviceNames(vendor: nil, device: nil) }, eswitchMode: { _ in nil })

    package init(
        names: @escaping @Sendable (_ vendor: UInt16, _ device: UInt16) -> DeviceNames,
        eswitchMode: @escaping @Sendable (PCIAddress) -> String?,
        switchPorts: @escaping @Sendable (PCIAddress) -> [DevlinkPort] = { _ in [] },
        info: @escaping @Sendable (PCIAddress) -> DevlinkInfo? = { _ in nil }
    ) {
        self.names = names
        self.eswitchMode = eswitchMode
        self.switchPorts = switchPorts
        self.info = info
    }
}
