internal import JSON
internal import Netlink
internal import SRIOV

/// A subnet of a network, and its gateway.
struct AddressPool: Hashable, Sendable {
    let network: IPNetwork
    let gateway: IPAddress

    init(network: IPNetwork, gateway: IPAddress) {
        self.network = network
        self.gateway = gateway
    }

    /// Reads one of IPv4Data or IPv6Data.
    ///
    /// - Returns: nil for one without a gateway, as those of the null IPAM driver are.
    init?(_ object: JSONObject, isIPv6: Bool) throws(JSONKeyError) {
        let pool = try object.network("Pool", isIPv6: isIPv6)
        guard let gateway = try object.network("Gateway", isIPv6: isIPv6) else { return nil }
        network = (pool ?? gateway).network
        self.gateway = gateway.address
    }

    /// Whether an address lies in the subnet.
    func contains(_ address: IPAddress) -> Bool {
        IPNetwork(address: address, prefixLength: network.prefixLength)?.network == network
    }
}

extension JSONObject {
    /// An address with the length of its prefix; nil if it is absent or empty.
    func network(_ key: String, isIPv6: Bool) throws(JSONKeyError) -> IPNetwork? {
        guard let text = try nonEmptyString(key) else { return nil }
        guard let network = IPNetwork(text), network.isIPv6 == isIPv6 else {
            throw JSONKeyError(
                path(key),
                "must be an IPv\(isIPv6 ? 6 : 4) address with its prefix length, not "
                    + excerpt(text))
        }
        return network
    }
}
