/// One port of a NIC's switch, with the interface that stands for it.
package struct DevlinkPort: Hashable, Sendable {
    /// What is behind a port.
    package struct Flavour: RawRepresentable, Hashable, Sendable {
        /// `DEVLINK_PORT_FLAVOUR_…`.
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// A cable. The corresponding C constant is `DEVLINK_PORT_FLAVOUR_PHYSICAL`.
        package static var physical: Self { Self(rawValue: 0) }
        /// A PF. The corresponding C constant is `DEVLINK_PORT_FLAVOUR_PCI_PF`.
        package static var physicalFunction: Self { Self(rawValue: 3) }
        /// A VF. The corresponding C constant is `DEVLINK_PORT_FLAVOUR_PCI_VF`.
        package static var virtualFunction: Self { Self(rawValue: 4) }
    }

    /// The number of the port on its device (`DEVLINK_ATTR_PORT_INDEX`).
    package var index: UInt32
    /// nil if the driver does not tell.
    package var flavour: Flavour?
    /// The interface in this namespace; nil for none. For a VF's port it is the representor.
    package var interfaceName: String?
    /// The number of the PF that the port leads to; nil unless it leads to a PF or VF.
    package var physicalFunction: UInt16?
    /// The index of the VF on its PF; nil unless the port leads to a VF.
    package var virtualFunction: UInt16?

    package init(
        index: UInt32, flavour: Flavour? = nil, interfaceName: String? = nil,
        physicalFunction: UInt16? = nil, virtualFunction: UInt16? = nil
    ) {
        self.index = index
        self.flavour = flavour
        self.interfaceName = interfaceName
        self.physicalFunction = physicalFunction
        self.virtualFunction = virtualFunction
    }
}

extension DevlinkPort.Flavour: CustomStringConvertible {
    /// `physical`, `pcipf`, `pcivf`, as devlink-port(8) spells them.
    package var description: String {
        switch self {
        case .physical: "physical"
        case .physicalFunction: "pcipf"
        case .virtualFunction: "pcivf"
        default: "flavour \(rawValue)"
        }
    }
}
