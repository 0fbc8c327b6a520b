package import LinuxSystem

/// A network interface as the kernel shows it in one namespace.
package struct Link: Hashable, Sendable {
    /// The index in its namespace; it can change when the interface moves.
    package var index: Int32
    /// The name in its namespace (`IFLA_IFNAME`).
    package var name: KernelText
    /// Alternative names, in the kernel's order.
    package var alternativeNames: [KernelText] = []
    /// nil for interfaces without an Ethernet address.
    package var macAddress: MACAddress?
    /// The address burnt in or given by the PF (`IFLA_PERM_ADDRESS`); nil if there is none.
    package var permanentMACAddress: MACAddress?
    /// Bytes.
    package var mtu: UInt32 = 1500
    /// `IFF_UP` and its kin, as `ifi_flags` has them.
    package var flags: UInt32 = 0
    /// Packets; `IFLA_TXQLEN`.
    package var transmitQueueLength: UInt32 = 1000
    /// Whether the link has carrier (`IFLA_CARRIER`).
    package var hasCarrier: Bool = false
    /// Index of the bridge, bond or team that the interface belongs to; nil for none.
    package var controllerIndex: Int32?
    /// What kind of interface the controller is (`IFLA_INFO_SLAVE_KIND`): `bridge`, `bond`; nil for
    /// none.
    package var controllerKind: String?
    /// What kind of virtual interface this is (`IFLA_INFO_KIND`); nil for hardware.
    package var kind: String?
    /// The bus of the device behind it: `pci`; nil without a device, and before Linux 5.14.
    package var parentBus: String?
    /// The device's name on that bus: `0000:01:10.0`; nil where `parentBus` is.
    package var parentDevice: String?
    /// The port's name on its switch (`IFLA_PHYS_PORT_NAME`): `p0`, `pf0vf1`; nil without one.
    package var physicalPortName: String?
    /// The text of `IFLA_IFALIAS`; nil for none.
    package var alias: KernelText?
    /// `IFLA_NUM_VF`; nil unless VFs were asked for, and for interfaces without a device.
    package var virtualFunctionCount: Int?

    package init(index: Int32, name: KernelText) {
        self.index = index
        self.name = name
    }
}

extension Link {
    package var isUp: Bool { flags & Self.upFlag != 0 }
    /// Whether it is up and can send: it has carrier, and its queues are open (`IFF_RUNNING`).
    package var isRunning: Bool { isUp && hasCarrier && flags & Self.runningFlag != 0 }
    package var isPromiscuous: Bool { flags & Self.promiscuousFlag != 0 }
    package var receivesAllMulticast: Bool { flags & Self.allMulticastFlag != 0 }

    /// The corresponding C constant is `IFF_UP`.
    static var upFlag: UInt32 { 0x1 }
    /// The corresponding C constant is `IFF_RUNNING`.
    static var runningFlag: UInt32 { 0x40 }
    /// The corresponding C constant is `IFF_PROMISC`.
    static var promiscuousFlag: UInt32 { 0x100 }
    /// The corresponding C constant is `IFF_ALLMULTI`.
    static var allMulticastFlag: UInt32 { 0x200 }

    /// The PCI function behind the interface; nil for any other kind.
    package var pciAddress: PCIAddress? {
        guard parentBus == "pci", let parentDevice else { return nil }
        return PCIAddress(parentDevice)
    }

    /// What the interface is to the PCI function behind it.
    package var role: LinkRole {
        kind == nil && pciAddress != nil ? LinkRole(portName: physicalPortName) : .other
    }

    /// Whether it is the interface of a PCI function itself: neither a virtual one made on top of it, nor the
    /// representor of one of its VFs.
    package func isOwnInterface(of function: PCIAddress) -> Bool {
        pciAddress == function && role == .own
    }
}
