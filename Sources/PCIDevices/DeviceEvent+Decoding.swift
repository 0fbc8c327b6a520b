package import LinuxSystem

extension DeviceEvent {
    /// The properties of a uevent that are looked at.
    static let propertyNames = [
        "ACTION", "SUBSYSTEM", "DEVPATH", "DEVPATH_OLD", "PCI_SLOT_NAME", "PCI_CLASS", "DRIVER",
        "INTERFACE", "IFINDEX",
    ]

    /// Reads an event from the properties of a uevent.
    ///
    /// - Parameters:
    ///   - properties: The text of each, whatever it holds: what does not fit is as good as not there.
    ///   - sysfs: Asked for what part a PCI function has in SR-IOV.
    /// - Returns: nil for a device that is no network controller and no interface of a PCI function.
    package init?(properties: [String: String], sysfs: Sysfs) {
        let action = DeviceAction(kernel: properties["ACTION"] ?? "")
        switch properties["SUBSYSTEM"] {
        case "pci":
            guard let detail = PCIFunctionEvent(properties, sysfs) else { return nil }
            self = .function(action, detail)
        case "net":
            guard let detail = InterfaceEvent(properties) else { return nil }
            let isRenamed = action == .moved && detail.oldName != nil
            self = .interface(isRenamed ? .renamed : action, detail)
        default:
            return nil
        }
    }
}

extension DeviceAction {
    /// The kernel's word for it (`enum kobject_action`).
    fileprivate init(kernel word: String) {
        self =
            switch word {
            case "add": .added
            case "remove": .removed
            case "bind": .bound
            case "unbind": .unbound
            case "move": .moved
            default: .changed
            }
    }
}

extension PCIFunctionEvent {
    fileprivate init?(_ properties: [String: String], _ sysfs: Sysfs) {
        guard let slot = properties["PCI_SLOT_NAME"], let address = PCIAddress(slot),
            // Class, subclass and programming interface in hexadecimal, with no leading zeros.
            let code = properties["PCI_CLASS"].flatMap({ UInt32($0, radix: 16) }),
            code >> 16 == 0x02
        else { return nil }
        let driver = properties["DRIVER"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(
            address: address, driver: driver, role: PCIFunctionRole(of: address, in: sysfs))
    }
}

extension PCIFunctionRole {
    /// What sysfs tells now; a function that goes while it is asked, or of which nothing can be read, is unknown.
    fileprivate init(of address: PCIAddress, in sysfs: Sysfs) {
        let directory = "bus/pci/devices/\(address)"
        do {
            let parent = try sysfs.linkTarget(of: "\(directory)/physfn")
            if let parent = parent.flatMap({ PCIAddress($0) }) {
                self = .virtual(of: parent)
            } else if try sysfs.number(of: "\(directory)/sriov_totalvfs") ?? 0 > 0 {
                let count = try sysfs.number(of: "\(directory)/sriov_numvfs")
                self = count.map { .physical(virtualFunctions: $0) } ?? .unknown
            } else {
                self = sysfs.exists(directory) ? .plain : .unknown
            }
        } catch {
            self = .unknown
        }
    }
}

extension InterfaceEvent {
    fileprivate init?(_ properties: [String: String]) {
        guard let name = properties["INTERFACE"], !name.isEmpty,
            let path = properties["DEVPATH"], let function = Self.function(of: path)
        else { return nil }
        let old = properties["DEVPATH_OLD"].flatMap(Self.name)
        self.init(
            name: name, oldName: old == name ? nil : old,
            index: properties["IFINDEX"].flatMap { Int32($0) }, function: function)
    }

    /// The PCI function in `/devices/pci0000:00/0000:01:10.0/net/eth0`: the device just above `net`.
    private static func function(of path: String) -> PCIAddress? {
        let components = path.split(separator: "/")
        guard components.count >= 3, components[components.count - 2] == "net" else { return nil }
        return PCIAddress(String(components[components.count - 3]))
    }

    private static func name(of path: String) -> String? {
        let components = path.split(separator: "/")
        guard components.count >= 2, components[components.count - 2] == "net" else { return nil }
        return components.last.map(String.init)
    }
}
