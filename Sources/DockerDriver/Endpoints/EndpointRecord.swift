internal import JSON
internal import Netlink
internal import SRIOV

/// What Join will answer besides the interface, settled when the endpoint is made and kept in the VF's record.
struct EndpointRecord: Hashable, Sendable {
    /// nil for none.
    let gateway: IPAddress?
    /// nil for none.
    let gatewayIPv6: IPAddress?
    /// What Docker puts a number behind to name the interface.
    let prefix: String
    /// The name that was asked for; nil if a number will do.
    let interfaceName: String?

    /// As Docker's own drivers call interfaces.
    static var defaultPrefix: String { "eth" }

    init(_ request: EndpointRequest, in network: DockerNetwork, _ options: EndpointOptions) {
        gateway = network.gateway(for: request.ipv4)
        gatewayIPv6 = network.gateway(for: request.ipv6)
        prefix = options.prefix ?? Self.defaultPrefix
        interfaceName = request.interfaceName
    }

    private static var version: UInt8 { 1 }

    func encoded() -> String {
        var members: JSONMembers = [
            "version": .integer(Int64(Self.version)), "prefix": .string(prefix),
        ]
        members["gateway"] = gateway.map { .string($0.description) }
        members["gatewayIPv6"] = gatewayIPv6.map { .string($0.description) }
        members["ifname"] = interfaceName.map(JSONValue.string)
        return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }

    /// - Throws: `JSONSyntaxError` or `JSONKeyError` for what no version up to this one has written.
    init(decoding text: String) throws {
        let object = try JSONObject(record: text)
        guard try object.integer("version", 1...UInt8.max) == Self.version else {
            throw JSONKeyError("version", "is not \(Self.version)")
        }
        gateway = try object.nonEmptyString("gateway").flatMap(IPAddress.init)
        gatewayIPv6 = try object.nonEmptyString("gatewayIPv6").flatMap(IPAddress.init)
        prefix = try object.nonEmptyString("prefix") ?? Self.defaultPrefix
        interfaceName = try object.nonEmptyString("ifname")
    }
}
