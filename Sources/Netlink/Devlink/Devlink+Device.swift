internal import CNetlink
package import LinuxSystem

extension Devlink {
    /// The ports of a PF's switch, by index; those of VFs only in switchdev mode.
    ///
    /// - Returns: An empty list if the kernel, the driver or the device has no devlink.
    /// - Throws: `NetlinkError`.
    package func ports(of address: PCIAddress) throws(NetlinkError) -> [DevlinkPort] {
        try ports(ofDevice: address.description, onBus: "pci")
    }

    /// The ports of a device's switch: `netdevsim10` on the bus `netdevsim`.
    ///
    /// - Returns: An empty list if the kernel or the device has no devlink.
    /// - Throws: `NetlinkError`.
    package func ports(
        ofDevice device: String, onBus bus: String
    ) throws(NetlinkError) -> [DevlinkPort] {
        guard let family = socket.family else { return [] }
        let request = NetlinkRequest(
            "list ports", "of", "\(bus)/\(device)", type: family, flags: Int(NLM_F_DUMP)
        ) { message in
            message.append(
                genlmsghdr(
                    command: DEVLINK_CMD_PORT_GET.rawValue, version: UInt8(DEVLINK_GENL_VERSION)))
        }
        // The kernel lists those of all devices.
        let ports = try socket.conversation.list(request) { reply throws(MalformedReply) in
            try DevlinkPort(reply, ofDevice: device, onBus: bus)
        }
        return ports.sorted { $0.index < $1.index }
    }

    /// What a PF's driver tells of it.
    ///
    /// - Returns: nil if the kernel, the driver or the device has no devlink, or tells nothing.
    /// - Throws: `NetlinkError`.
    package func info(of address: PCIAddress) throws(NetlinkError) -> DevlinkInfo? {
        try info(ofDevice: address.description, onBus: "pci")
    }

    /// What a device's driver tells of it: `netdevsim10` on the bus `netdevsim`.
    ///
    /// - Returns: nil if the kernel, the driver or the device has no devlink.
    /// - Throws: `NetlinkError`.
    package func info(
        ofDevice device: String, onBus bus: String
    ) throws(NetlinkError) -> DevlinkInfo? {
        guard let family = socket.family else { return nil }
        let request = NetlinkRequest(
            "read device info", "of", "\(bus)/\(device)", type: family, flags: 0
        ) { message in
            message.append(
                genlmsghdr(
                    command: DEVLINK_CMD_INFO_GET.rawValue, version: UInt8(DEVLINK_GENL_VERSION)))
            message.put(Int(DEVLINK_ATTR_BUS_NAME.rawValue), string: bus)
            message.put(Int(DEVLINK_ATTR_DEV_NAME.rawValue), string: device)
        }
        do {
            return try socket.conversation.answer(to: request) { reply throws(MalformedReply) in
                try DevlinkInfo(reply)
            }
        } catch  where error.errno == .noDevice || error.errno == .notSupported {
            return nil
        }
    }
}

extension DevlinkPort {
    /// - Returns: nil for a port of another device.
    fileprivate init?(
        _ reply: NetlinkReply, ofDevice device: String, onBus bus: String
    ) throws(MalformedReply) {
        self.init(index: 0)
        var found: (bus: String?, device: String?) = (nil, nil)
        var attributes = try reply.attributes(afterHeader: MemoryLayout<genlmsghdr>.size)
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(DEVLINK_ATTR_BUS_NAME.rawValue): found.bus = attribute.string()
            case Int(DEVLINK_ATTR_DEV_NAME.rawValue): found.device = attribute.string()
            case Int(DEVLINK_ATTR_PORT_INDEX.rawValue): index = try attribute.uint32()
            case Int(DEVLINK_ATTR_PORT_FLAVOUR.rawValue):
                flavour = Flavour(rawValue: try attribute.uint16())
            case Int(DEVLINK_ATTR_PORT_NETDEV_NAME.rawValue): interfaceName = attribute.string()
            case Int(DEVLINK_ATTR_PORT_PCI_PF_NUMBER.rawValue):
                physicalFunction = try attribute.uint16()
            case Int(DEVLINK_ATTR_PORT_PCI_VF_NUMBER.rawValue):
                virtualFunction = try attribute.uint16()
            default: break
            }
        }
        guard found == (bus, device) else { return nil }
    }
}

extension DevlinkInfo {
    fileprivate init(_ reply: NetlinkReply) throws(MalformedReply) {
        self.init()
        var attributes = try reply.attributes(afterHeader: MemoryLayout<genlmsghdr>.size)
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(DEVLINK_ATTR_INFO_DRIVER_NAME.rawValue): driver = attribute.string()
            case Int(DEVLINK_ATTR_INFO_SERIAL_NUMBER.rawValue):
                serialNumber = attribute.string()
            case Int(DEVLINK_ATTR_INFO_VERSION_FIXED.rawValue),
                Int(DEVLINK_ATTR_INFO_VERSION_RUNNING.rawValue):
                versions.append(try Version(attribute.nested()))
            default: break
            }
        }
    }
}

extension DevlinkInfo.Version {
    fileprivate init(_ list: AttributeList) throws(MalformedReply) {
        self.init(name: "", value: "")
        var attributes = list
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(DEVLINK_ATTR_INFO_VERSION_NAME.rawValue): name = attribute.string()
            case Int(DEVLINK_ATTR_INFO_VERSION_VALUE.rawValue): value = attribute.string()
            default: break
            }
        }
    }
}
