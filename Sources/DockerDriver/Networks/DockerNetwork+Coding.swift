internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// The definition as the state file keeps it: one JSON object.
///
///     {"gateways":[{"gateway":"10.9.0.1","pool":"10.9.0.0/24"}],"internal":false,"mode":"sriov",
///      "options":{"vlan":"100"},"pf":{"address":"0000:03:00.0","name":"ens1f0"},"version":1}
///
/// The same network always gives the same text.
extension DockerNetwork {
    private static var version: UInt8 { 1 }

    func encoded() -> String {
        var members: JSONMembers = [
            "version": .integer(Int64(Self.version)), "internal": .bool(isInternal),
            "options": .object(JSONMembers(options.words.mapValues(JSONValue.string))),
            "gateways": .array(addressPools.map(\.value)), "mode": .string("sriov"),
        ]
        switch source {
        case .virtualFunctions(let address, let name):
            members["pf"] = Self.value(address, name)
        case .physicalFunction(let address, let name):
            members["pf"] = Self.value(address, name)
            members["mode"] = .string("passthrough")
        case .pool(let name):
            members["pool"] = .string(name)
        }
        return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }

    private static func value(_ address: PCIAddress, _ name: String) -> JSONValue {
        .object(["address": .string(address.description), "name": .string(name)])
    }

    /// - Throws: `DriverError`, `JSONSyntaxError` or `JSONKeyError` for what no version up to this one has written.
    init(decoding text: String) throws {
        let object = try JSONObject(record: text)
        guard try object.integer("version", 1...UInt8.max) == Self.version else {
            throw JSONKeyError("version", "is not \(Self.version)")
        }
        let words = try object.object("options") ?? JSONObject([:])
        var options = try DriverOptions(of: words)
        self.options = try EndpointOptions(takingFrom: &options)
        try options.refuseRest(known: EndpointOptions.names)
        isInternal = try object.boolean("internal") ?? false
        addressPools = try object.objects("gateways").map(AddressPool.init(decoding:))
        if let name = try object.nonEmptyString("pool") {
            source = .pool(name)
            return
        }
        guard let pf = try object.object("pf"),
            let address = try pf.nonEmptyString("address").flatMap(PCIAddress.init),
            let name = try pf.nonEmptyString("name")
        else { throw JSONKeyError("pf", "must have an address and a name") }
        switch try object.nonEmptyString("mode") {
        case "sriov": source = .virtualFunctions(of: address, named: name)
        case "passthrough": source = .physicalFunction(address, named: name)
        default: throw JSONKeyError("mode", "is not known")
        }
    }
}

extension AddressPool {
    fileprivate var value: JSONValue {
        .object([
            "pool": .string(network.description), "gateway": .string(gateway.description),
        ])
    }

    fileprivate init(decoding object: JSONObject) throws(JSONKeyError) {
        guard let network = try object.nonEmptyString("pool").flatMap(IPNetwork.init),
            let gateway = try object.nonEmptyString("gateway").flatMap(IPAddress.init)
        else { throw JSONKeyError(object.path("pool"), "must be there with its gateway") }
        self.init(network: network, gateway: gateway)
    }
}
