package import LinuxSystem

/// One attribute of a VF with the value to give it through its PF: one `IFLA_VF_INFO` of an `RTM_SETLINK`.
package enum VFAttribute: Hashable, Sendable {
    /// The administered MAC; all zero takes the administration back. `IFLA_VF_MAC`.
    case macAddress(MACAddress)
    /// `IFLA_VF_VLAN_LIST` where the protocol is not 802.1Q, else `IFLA_VF_VLAN`.
    case vlan(VLANTag)
    /// Both limits travel together. `IFLA_VF_RATE`.
    case transmitRate(TransmitRate)
    /// Whether frames with a source MAC that is not the VF's are dropped. `IFLA_VF_SPOOFCHK`.
    case spoofCheck(Bool)
    /// Whether the VF may change its MAC and turn on promiscuous mode. `IFLA_VF_TRUST`.
    case trust(Bool)
    /// `IFLA_VF_LINK_STATE`.
    case linkState(VFLinkState)
    /// Whether the VF may read the RSS configuration that it shares. `IFLA_VF_RSS_QUERY_EN`.
    case rssQuery(Bool)
}

extension VFAttribute {
    /// The attribute's name for errors, plans and documents.
    package var name: String {
        switch self {
        case .macAddress: "MAC address"
        case .vlan: "VLAN"
        case .transmitRate: "transmit rate"
        case .spoofCheck: "spoof check"
        case .trust: "trust"
        case .linkState: "link state"
        case .rssQuery: "RSS query"
        }
    }

    /// The value for people: `100 qos 3`, `on`, `02:11:22:33:44:55`.
    package var valueDescription: String {
        switch self {
        case .macAddress(let address): address.isZero ? "none" : address.description
        case .vlan(let tag): tag.description
        case .transmitRate(let rate): rate.description
        case .spoofCheck(let enabled), .trust(let enabled), .rssQuery(let enabled):
            enabled ? "on" : "off"
        case .linkState(let state): state.description
        }
    }
}

extension VFAttribute: CustomStringConvertible {
    /// `VLAN 100 qos 3`
    package var description: String { "\(name) \(valueDescription)" }
}
