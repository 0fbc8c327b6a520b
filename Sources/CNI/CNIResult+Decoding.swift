package import JSON
internal import Netlink

extension CNIResult {
    /// Reads a result of any version, up to the types of 1.1.0.
    ///
    /// - Parameters:
    ///   - object: The result; an empty one is a result with nothing in it.
    ///   - version: The version where the result itself names none.
    /// - Throws: `JSONKeyError` naming the key that cannot be understood.
    package init(
        _ object: JSONObject, defaultVersion version: CNIVersion
    ) throws(JSONKeyError) {
        var version = version
        if let text = try object.nonEmptyString("cniVersion") {
            guard let parsed = CNIVersion(text), parsed.major <= 1 else {
                throw JSONKeyError(
                    object.path("cniVersion"), "\"\(text)\" is no version of results known here")
            }
            version = parsed
        }
        if version.hasOneAddressPerFamily {
            try readFamily("ip4", of: object)
            try readFamily("ip6", of: object)
        } else {
            for interface in try object.objects("interfaces") {
                interfaces.append(try Interface(interface))
            }
            for address in try object.objects("ips") {
                addresses.append(try Address(address, interfaces: interfaces.count))
            }
            for route in try object.objects("routes") { routes.append(try Route(route)) }
        }
        if let dns = try object.object("dns") { self.dns = try DNS(dns) }
    }

    private mutating func readFamily(
        _ key: String, of object: JSONObject
    ) throws(JSONKeyError) {
        guard let family = try object.object(key) else { return }
        addresses.append(
            Address(try family.network("ip"), gateway: try family.address("gateway")))
        for route in try family.objects("routes") { routes.append(try Route(route)) }
    }
}

extension CNIResult.Interface {
    init(_ object: JSONObject) throws(JSONKeyError) {
        guard let name = try object.string("name") else {
            throw JSONKeyError(object.path("name"), "missing")
        }
        self.init(
            name: name, mac: try object.nonEmptyString("mac"),
            sandbox: try object.nonEmptyString("sandbox"),
            mtu: try object.integer("mtu", 0...UInt32.max),
            socketPath: try object.nonEmptyString("socketPath"),
            pciID: try object.nonEmptyString("pciID"))
    }
}

extension CNIResult.Address {
    /// - Parameter interfaces: How many interfaces the result has. An IPAM plugin's has none, and
    ///   what it says of their positions means nothing.
    init(_ object: JSONObject, interfaces: Int) throws(JSONKeyError) {
        let position = try object.integer("interface", 0...UInt32.max).map(Int.init)
        if let position, interfaces > 0, position >= interfaces {
            throw JSONKeyError(
                object.path("interface"), "must be less than \(interfaces), not \(position)")
        }
        self.init(
            try object.network("address"), gateway: try object.address("gateway"),
            interface: interfaces == 0 ? nil : position)
    }
}

extension CNIResult.Route {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            try object.network("dst"), gateway: try object.address("gw"),
            mtu: try object.integer("mtu", 0...UInt32.max),
            advertisedMSS: try object.integer("advmss", 0...UInt32.max),
            priority: try object.integer("priority", 0...UInt32.max),
            table: try object.integer("table", 0...UInt32.max),
            scope: try object.integer("scope", 0...UInt8.max))
    }
}

extension CNIResult.DNS {
    /// Reads the object `dns` of a configuration or a result; a key that is absent leaves its property empty.
    ///
    /// - Throws: `JSONKeyError` for a key whose value is of the wrong type.
    package init(_ object: JSONObject) throws(JSONKeyError) {
        nameservers = try object.strings("nameservers")
        domain = try object.nonEmptyString("domain")
        search = try object.strings("search")
        options = try object.strings("options")
    }
}

extension JSONObject {
    /// An address with its prefix, which must be there.
    fileprivate func network(_ key: String) throws(JSONKeyError) -> IPNetwork {
        guard let text = try nonEmptyString(key) else { throw JSONKeyError(path(key), "missing") }
        guard let network = IPNetwork(text) else {
            throw JSONKeyError(path(key), "\"\(text)\" is not of the form ADDRESS/LENGTH")
        }
        return network
    }

    /// An address; nil if it is absent.
    fileprivate func address(_ key: String) throws(JSONKeyError) -> IPAddress? {
        guard let text = try nonEmptyString(key) else { return nil }
        guard let address = IPAddress(text) else {
            throw JSONKeyError(path(key), "\"\(text)\" is not an IP address")
        }
        return address
    }
}
