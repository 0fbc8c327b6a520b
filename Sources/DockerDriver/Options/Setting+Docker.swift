internal import SRIOV

extension Setting {
    /// The name of a network's or an endpoint's option; nil for what Docker's users cannot ask for by one.
    var optionName: String? {
        switch self {
        case .vlan: "vlan"
        case .vlanPriority: "vlan_qos"
        case .vlanProtocol: "vlan_proto"
        case .spoofCheck: "spoofchk"
        case .trust: "trust"
        case .linkState: "link_state"
        case .minimumRate: "min_tx_rate"
        case .maximumRate: "max_tx_rate"
        case .mtu: "mtu"
        // Docker gives an endpoint its MAC in a member of its own.
        case .macAddress: nil
        case .linkStateTolerance, .promiscuous, .allMulticast, .resetOnRelease: nil
        }
    }

    /// The name for errors.
    var spelling: String { optionName ?? name }
}
