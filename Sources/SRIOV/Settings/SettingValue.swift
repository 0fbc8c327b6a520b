package import LinuxSystem
package import Netlink

/// What somebody asks of one setting.
package enum SettingValue: Hashable, Sendable {
    case macAddress(MACAddress)
    /// Of the setting's range.
    case number(UInt32)
    case flag(Bool)
    case linkState(VFLinkState)
    case vlanProtocol(VLANProtocol)
}

extension SettingValue: CustomStringConvertible {
    /// The value as `Setting.value` reads it.
    package var description: String {
        switch self {
        case .macAddress(let address): address.description
        case .number(let number): number.description
        case .flag(let isOn): isOn ? "on" : "off"
        case .linkState(let state): state.description
        case .vlanProtocol(let spelling): spelling.description
        }
    }
}
