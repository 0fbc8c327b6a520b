internal import LinuxSystem
internal import Netlink

extension VFSettings {
    /// Refuses values that no hardware can take, before any is asked.
    ///
    /// Front ends check their own keys first, to name them; this is the last line.
    ///
    /// - Throws: `ManagerError` `invalidRequest`.
    package func validate() throws(ManagerError) {
        if let macAddress, macAddress.isZero || macAddress.isMulticast {
            throw ManagerError(
                .invalidRequest, "MAC address \(macAddress) is not a unicast address")
        }
        if let vlan {
            try check(.vlan, UInt32(vlan.identifier))
            try check(.vlanPriority, UInt32(vlan.qualityOfService))
            if vlan.identifier == 0, vlan.qualityOfService != 0 || vlan.protocol != .dot1Q {
                throw ManagerError(
                    .invalidRequest, "VLAN 0 means no VLAN and takes neither QoS nor protocol")
            }
        }
        if let minimumRate, let maximumRate, maximumRate != 0, minimumRate > maximumRate {
            throw ManagerError(
                .invalidRequest,
                "minimum rate \(minimumRate) Mbit/s is above maximum rate \(maximumRate) Mbit/s")
        }
        if let mtu { try check(.mtu, mtu) }
    }

    private func check(_ setting: Setting, _ number: UInt32) throws(ManagerError) {
        guard setting.range.contains(number) else {
            throw ManagerError(
                .invalidRequest,
                "\(setting.name) \(number) is not in \(setting.range.lowerBound) to "
                    + "\(setting.range.upperBound)")
        }
    }
}
