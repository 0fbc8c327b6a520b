package import LinuxSystem

/// What is known of a NIC beyond the core's business: its names and the mode of its switch.
package struct DeviceLookups: Sendable {
    /// What pci.ids calls a vendor and a device number.
    package let names: @Sendable (_ vendor: UInt16, _ device: UInt16) -> DeviceNames

    /// What devlink calls the mode of a PF's switch, `legacy` or `switchdev`; nil if it does not tell.
    package let eswitchMode: @Sendable (PCIAddress) -> String?

    package init(
        names: @escaping @Sendable (_ vendor: UInt16, _ device: UInt16) -> DeviceNames,
        eswitchMode: @escaping @Sendable (PCIAddress) -> String?
    ) {
        self.names = names
        self.eswitchMode = eswitchMode
    }
}
