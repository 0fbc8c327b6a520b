internal import Netlink
internal import SRIOV

extension EndpointOptions {
    /// The options as a user would give them.
    var words: [String: String] {
        let words = [
            "vlan": vlan?.description, "vlan_qos": vlanQoS?.description,
            "vlan_proto": vlanProtocol?.description, "spoofchk": spoofCheck.map(Self.word),
            "trust": trust.map(Self.word), "link_state": linkState?.description,
            "min_tx_rate": minimumRate?.description, "max_tx_rate": maximumRate?.description,
            "mtu": mtu?.description, "prefix": prefix,
        ]
        return words.compactMapValues(\.self)
    }

    private static func word(_ flag: Bool) -> String { flag ? "on" : "off" }
}
