package import LinuxSystem

/// News of a network card.
package enum DeviceEvent: Hashable, Sendable {
    /// A PCI function that is a network controller.
    case function(DeviceAction, PCIFunctionEvent)
    /// An interface whose device is a PCI function, in this network namespace.
    case interface(DeviceAction, InterfaceEvent)
    /// Events were lost: whoever keeps anything must look at everything anew.
    case overflow
}

/// A PCI function as an event tells of it.
package struct PCIFunctionEvent: Hashable, Sendable {
    /// The function's address (`PCI_SLOT_NAME`).
    package let address: PCIAddress
    /// The driver; nil for none, and where the event does not tell.
    package let driver: String?
    /// As sysfs tells now, which may be later than the event.
    package let role: PCIFunctionRole

    package init(address: PCIAddress, driver: String?, role: PCIFunctionRole) {
        self.address = address
        self.driver = driver
        self.role = role
    }
}

/// An interface as an event tells of it.
package struct InterfaceEvent: Hashable, Sendable {
    /// The name; any bytes that are not UTF-8 are replaced.
    package let name: String
    /// The name before; nil unless it was renamed.
    package let oldName: String?
    /// The index; nil where the event does not tell.
    package let index: Int32?
    /// The PCI function that it is the interface of.
    package let function: PCIAddress

    package init(name: String, oldName: String?, index: Int32?, function: PCIAddress) {
        self.name = name
        self.oldName = oldName
        self.index = index
        self.function = function
    }
}

extension DeviceEvent {
    /// The PCI function that it is about; nil for lost events.
    package var address: PCIAddress? {
        switch self {
        case .function(_, let detail): detail.address
        case .interface(_, let detail): detail.function
        case .overflow: nil
        }
    }
}
