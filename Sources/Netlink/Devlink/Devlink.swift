internal import CNetlink
package import LinuxSystem

/// What devlink, the kernel's interface to NICs as a whole, tells of a device.
package final class Devlink: Sendable {
    let socket: GenericNetlinkSocket

    /// Opens a socket in the network namespace of the calling thread; devices of others are not
    /// seen.
    ///
    /// - Throws: `SystemCallError` if the socket cannot be opened or the family cannot be looked up; a kernel without
    ///   devlink is no error.
    package init() throws(SystemCallError) {
        socket = try GenericNetlinkSocket(family: DEVLINK_GENL_NAME)
    }

    /// A devlink whose kernel is a function.
    init(family: Int?, port: UInt32, transport: @escaping NetlinkTransport) {
        socket = GenericNetlinkSocket(family: family, port: port, transport: transport)
    }

    /// How the switch of a PF is run.
    ///
    /// - Returns: nil if the kernel, the driver or the device has no devlink, or no switch.
    /// - Throws: `NetlinkError`; with `EPERM` without CAP_NET_ADMIN.
    package func eswitchMode(of address: PCIAddress) throws(NetlinkError) -> EswitchMode? {
        try eswitchMode(ofDevice: address.description, onBus: "pci")
    }

    /// How the switch of a device is run: `netdevsim10` on the bus `netdevsim`.
    ///
    /// - Returns: nil if the kernel, the driver or the device has no devlink, or no switch.
    /// - Throws: `NetlinkError`; with `EPERM` without CAP_NET_ADMIN.
    package func eswitchMode(
        ofDevice device: String, onBus bus: String
    ) throws(NetlinkError) -> EswitchMode? {
        guard let family = socket.family else { return nil }
        let request = NetlinkRequest(
            "read eswitch mode", "of", "\(bus)/\(device)", type: family, flags: 0
        ) { message in
            message.append(
                genlmsghdr(
                    command: DEVLINK_CMD_ESWITCH_GET.rawValue,
                    version: UInt8(DEVLINK_GENL_VERSION)))
            message.put(Int(DEVLINK_ATTR_BUS_NAME.rawValue), string: bus)
            message.put(Int(DEVLINK_ATTR_DEV_NAME.rawValue), string: device)
        }
        do {
            return try socket.conversation.answer(to: request) { reply throws(MalformedReply) in
                var attributes = try reply.attributes(afterHeader: MemoryLayout<genlmsghdr>.size)
                while let attribute = try attributes.next() {
                    if attribute.type == Int(DEVLINK_ATTR_ESWITCH_MODE.rawValue) {
                        return EswitchMode(rawValue: try attribute.uint16())
                    }
                }
                return nil
            }
        } catch  where error.errno == .noDevice || error.errno == .notSupported {
            return nil
        }
    }
}
