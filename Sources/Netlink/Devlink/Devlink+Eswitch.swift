internal import CNetlink
package import LinuxSystem

extension Devlink {
    /// Sets how the switch of a PF is run.
    ///
    /// - Throws: `NetlinkError`; with `EOPNOTSUPP` or `ENODEV` if kernel, driver or device have no such modes, and
    ///   with the driver's reason if it refuses now, as while there are VFs.
    package func setEswitchMode(
        _ mode: EswitchMode, of address: PCIAddress
    ) throws(NetlinkError) {
        try setEswitchMode(mode, ofDevice: address.description, onBus: "pci")
    }

    /// Sets how the switch of a device is run: `netdevsim10` on the bus `netdevsim`.
    ///
    /// - Throws: `NetlinkError`, as for a PF; with `EOPNOTSUPP` also if the kernel has no devlink.
    package func setEswitchMode(
        _ mode: EswitchMode, ofDevice device: String, onBus bus: String
    ) throws(NetlinkError) {
        let operation = "set eswitch mode \(mode)"
        guard let family = socket.family else {
            throw NetlinkError(
                operation: operation, subject: "\(bus)/\(device)", errno: .notSupported,
                kernelMessage: "the kernel has no devlink")
        }
        try socket.conversation.perform(
            NetlinkRequest(
                operation, "of", "\(bus)/\(device)", type: family, flags: Int(NLM_F_ACK)
            ) { message in
                message.append(
                    genlmsghdr(
                        command: DEVLINK_CMD_ESWITCH_SET.rawValue,
                        version: UInt8(DEVLINK_GENL_VERSION)))
                message.put(Int(DEVLINK_ATTR_BUS_NAME.rawValue), string: bus)
                message.put(Int(DEVLINK_ATTR_DEV_NAME.rawValue), string: device)
                message.put(Int(DEVLINK_ATTR_ESWITCH_MODE.rawValue), integer: mode.rawValue)
            })
    }
}
