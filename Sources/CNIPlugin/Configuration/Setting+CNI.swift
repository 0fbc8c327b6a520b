internal import SRIOV

extension Setting {
    /// The key of a network's configuration.
    var cniKey: String {
        switch self {
        case .vlan: "vlan"
        case .vlanPriority: "vlanQoS"
        case .vlanProtocol: "vlanProto"
        case .macAddress: "mac"
        case .spoofCheck: "spoofchk"
        case .trust: "trust"
        case .linkState: "link_state"
        case .linkStateTolerance: "linkStateIgnoreUnsupported"
        case .minimumRate: "min_tx_rate"
        case .maximumRate: "max_tx_rate"
        case .mtu: "mtu"
        case .promiscuous: "promisc"
        case .allMulticast: "allmulti"
        case .resetOnRelease: "resetOnRelease"
        }
    }
}
