package import JSON
internal import Netlink

extension CNIResult {
    /// The result as a configuration of this version expects it.
    ///
    /// Before 0.3.0 only the first address of each family, its routes and the DNS have a place.
    package func document(version: CNIVersion) -> JSONValue {
        var members = JSONMembers()
        members.set("cniVersion", version.description)
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
        var members = JSONMembers()
        members.set("ip", address.network.description)
        members.set("gateway", address.gateway?.description)
        let routes = routes.filter { $0.destination.isIPv6 == isIPv6 }
        members.set("routes", array(routes) { $0.value(extended: false) })
        return members.object
    }
}

extension CNIResult.Interface {
    fileprivate func value(version: CNIVersion) -> JSONValue {
        // The last three are of 1.1.0; the CNI project's library prints them from 1.0.0 on.
        let isExtended = !version.namesAddressFamily
        var members = JSONMembers(capacity: 6)
        members.set("name", name)
        members.set("mac", mac)
        members.set("sandbox", sandbox)
        guard isExtended else { return members.object }
        members.set("mtu", mtu.map { .integer(Int64($0)) })
        members.set("socketPath", socketPath)
        members.set("pciID", pciID)
        return members.object
    }
}

extension CNIResult.Address {
    fileprivate func value(version: CNIVersion) -> JSONValue {
        var members = JSONMembers(capacity: 4)
        if version.namesAddressFamily { members.set("version", network.isIPv6 ? "6" : "4") }
        members.set("address", network.description)
        members.set("gateway", gateway?.description)
        members.set("interface", interface.map { .integer(Int64($0)) })
        return members.object
    }
}

extension CNIResult.Route {
    /// - Parameter extended: Whether there is room for more than destination and gateway.
    fileprivate func value(extended: Bool) -> JSONValue {
        var members = JSONMembers()
        members.set("dst", destination.description)
        members.set("gw", gateway?.description)
        guard extended else { return members.object }
        members.set("mtu", mtu)
        members.set("advmss", advertisedMSS)
        members.set("priority", priority)
        members.set("table", table)
        members.set("scope", scope)
        return members.object
    }
}

extension CNIResult.DNS {
    fileprivate var value: JSONValue {
        var members = JSONMembers()
        members.set("nameservers", array(nameservers, JSONValue.string))
        members.set("domain", domain)
        members.set("search", array(search, JSONValue.string))
        members.set("options", array(options, JSONValue.string))
        return members.object
    }
}

/// An array, or nil for an empty one, which results leave out.
private func array<Element>(
    _ elements: [Element], _ value: (Element) -> JSONValue
) -> JSONValue? {
    elements.isEmpty ? nil : .array(elements.map(value))
}
