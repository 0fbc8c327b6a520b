internal import LinuxSystem
internal import Netlink

extension VFSettings {
    /// Bytes that can be asked for.
    static var mtus: ClosedRange<UInt32> { 68...65_535 }

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
            if vlan.identifier > 4094 {
                throw ManagerError(.invalidRequest, "VLAN \(vlan.identifier) is not in 0 to 4094")
            }
            if vlan.qualityOfService > 7 {
                throw ManagerError(
                    .invalidRequest, "VLAN QoS \(vlan.qualityOfService) is not in 0 to 7")
            }
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
        if let mtu, !Self.mtus.contains(mtu) {
            throw ManagerError(.invalidRequest, "MTU \(mtu) is not in 68 to 65535")
        }
    }
}
