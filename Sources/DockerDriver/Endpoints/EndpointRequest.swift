internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// What CreateEndpoint asks for.
struct EndpointRequest: Sendable {
    let owner: AttachmentOwner
    /// nil without one.
    let ipv4: IPNetwork?
    /// nil without one.
    let ipv6: IPNetwork?
    /// nil if the VF's own will do.
    let macAddress: MACAddress?
    /// The endpoint's own, which go before those of its network.
    let options: EndpointOptions
    /// The name that the interface shall have in the container; nil if Docker is to number it.
    let interfaceName: String?

    /// - Throws: `DriverError` or `JSONKeyError`.
    init(_ body: CallBody) throws {
        owner = try body.owner()
        let interface = try body.object.object("Interface") ?? JSONObject([:])
        ipv4 = try interface.network("Address", isIPv6: false)
        ipv6 = try interface.network("AddressIPv6", isIPv6: true)
        macAddress = try Self.macAddress(interface)
        let all = try body.object.object("Options") ?? JSONObject([:])
        var options = try DriverOptions(of: all)
        for name in NetworkRequest.names where options.take(name) != nil {
            throw DriverError(option: name, "is an option of a network, not of an endpoint")
        }
        self.options = try EndpointOptions(takingFrom: &options)
        try options.refuseRest(known: EndpointOptions.names)
        interfaceName = try Self.interfaceName(all)
    }

    private static func macAddress(_ interface: JSONObject) throws(JSONKeyError) -> MACAddress? {
        guard let text = try interface.nonEmptyString("MacAddress") else { return nil }
        let key = interface.path("MacAddress")
        guard let address = MACAddress(text) else {
            throw JSONKeyError(key, "must be a MAC address, not \(excerpt(text))")
        }
        if address.isZero { throw JSONKeyError(key, "must not be all zero") }
        if address.isMulticast {
            throw JSONKeyError(key, "must be a unicast address, not \(address)")
        }
        return address
    }

    private static func interfaceName(_ options: JSONObject) throws(JSONKeyError) -> String? {
        let key = "com.docker.network.endpoint.ifname"
        guard let name = try options.nonEmptyString(key) else { return nil }
        guard InterfaceName.isLegal(name), name != "lo" else {
            throw JSONKeyError(key, "must be the name of an interface, not \(excerpt(name))")
        }
        return name
    }
}
