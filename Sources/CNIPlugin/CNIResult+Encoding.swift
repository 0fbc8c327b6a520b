internal import Netlink
package import SRIOV

extension CNIResult {
    /// The result as a configuration of this version expects it.
    ///
    /// Before 0.3.0 only the first address of each family, its routes and the DNS have a place.
    package func document(version: CNIVersion) -> JSONValue {
        var members: [String: JSONValue] = ["cniVersion": .string(version.description)]
        if version.hasOneAddressPerFamily {
            members["ip4"] = family(isIPv6: false)
            members["ip6"] = family(isIPv6: true)
        } else {
            members["interfaces"] = array(interfaces) { $0.value(version: version) }
            members["ips"] = array(addresses) { $0.value(version: version) }
            members["routes"] = array(routes) { $0.value(extended: true) }
        }
        if version.alwaysHasDNS || !dns.isEmpty { members["dns"] = dns.value }
        return .object(members)
    }

    private func family(isIPv6: Bool) -> JSONValue? {
        guard let address = addresses.first(where: { $0.network.isIPv6 == isIPv6 }) else {
            return nil
        }
        return object([
            ("ip", .string(address.network.description)),
            ("gateway", address.gateway.map { .string($0.description) }),
            (
                "routes",
                array(routes.filter { $0.destination.isIPv6 == isIPv6 }) {
                    $0.value(extended: false)
                }
            ),
        ])
    }
}

extension CNIResult.Interface {
    fileprivate func value(version: CNIVersion) -> JSONValue {
        // The last three are of 1.1.0; the CNI project's library prints them from 1.0.0 on.
        let isExtended = !version.namesAddressFamily
        return object([
            ("name", .string(name)),
            ("mac", mac.map(JSONValue.string)),
            ("sandbox", sandbox.map(JSONValue.string)),
            ("mtu", isExtended ? mtu.map { .integer(Int64($0)) } : nil),
            ("socketPath", isExtended ? socketPath.map(JSONValue.string) : nil),
            ("pciID", isExtended ? pciID.map(JSONValue.string) : nil),
        ])
    }
}

extension CNIResult.Address {
    fileprivate func value(version: CNIVersion) -> JSONValue {
        let family: JSONValue = .string(network.isIPv6 ? "6" : "4")
        return object([
            ("version", version.namesAddressFamily ? family : nil),
            ("address", .string(network.description)),
            ("gateway", gateway.map { .string($0.description) }),
            ("interface", interface.map { .integer(Int64($0)) }),
        ])
    }
}

extension CNIResult.Route {
    /// - Parameter extended: Whether there is room for more than destination and gateway.
    fileprivate func value(extended: Bool) -> JSONValue {
        let number: (UInt32?) -> JSONValue? = { number in
            extended ? number.map { .integer(Int64($0)) } : nil
        }
        return object([
            ("dst", .string(destination.description)),
            ("gw", gateway.map { .string($0.description) }),
            ("mtu", number(mtu)),
            ("advmss", number(advertisedMSS)),
            ("priority", number(priority)),
            ("table", number(table)),
            ("scope", number(scope.map(UInt32.init))),
        ])
    }
}

extension CNIResult.DNS {
    fileprivate var value: JSONValue {
        object([
            ("nameservers", array(nameservers, JSONValue.string)),
            ("domain", domain.map(JSONValue.string)),
            ("search", array(search, JSONValue.string)),
            ("options", array(options, JSONValue.string)),
        ])
    }
}

/// An object of the members that have a value.
private func object(_ members: [(String, JSONValue?)]) -> JSONValue {
    var object: [String: JSONValue] = [:]
    for case (let key, let value?) in members { object[key] = value }
    return .object(object)
}

/// An array, or nil for an empty one, which results leave out.
private func array<Element>(
    _ elements: [Element], _ value: (Element) -> JSONValue
) -> JSONValue? {
    elements.isEmpty ? nil : .array(elements.map(value))
}
