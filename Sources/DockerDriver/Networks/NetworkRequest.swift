internal import JSON
internal import SRIOV

/// What CreateNetwork asks for, as far as it can be told without looking at the machine.
struct NetworkRequest: Sendable {
    /// Where the VFs of a network come from, as its user names it.
    enum Source: Hashable, Sendable {
        /// A PF, and the option that named it.
        case physicalFunction(PhysicalFunctionReference, option: String)
        case pool(String)
    }

    let identifier: String
    let source: Source
    /// Whether endpoints get the PF itself.
    let isPassthrough: Bool
    let options: EndpointOptions
    let isInternal: Bool
    /// Those that have a gateway.
    let addressPools: [AddressPool]

    /// The names of the options that only a network has.
    static var names: [String] { ["parent", "netdevice", "pool", "mode"] }

    /// - Throws: `DriverError` or `JSONKeyError`.
    init(_ body: CallBody) throws {
        identifier = try body.networkID()
        let all = try body.object.object("Options") ?? JSONObject([:])
        try DriverOptions(of: all).refuseRest(known: [])
        isInternal = try all.isInternal()
        let generic = try all.object("com.docker.network.generic") ?? JSONObject([:])
        var options = try DriverOptions(of: generic)
        // Names that Docker's own drivers have for the same; the daemon's configuration may give them to every
        // network of a driver.
        try options.add("mtu", try generic.nonEmptyString(Self.mtuLabel), from: Self.mtuLabel)
        try options.add(
            "prefix", try generic.nonEmptyString(Self.prefixLabel), from: Self.prefixLabel)
        source = try Self.source(&options)
        isPassthrough =
            try options.choice("mode", [("sriov", false), ("passthrough", true)]) ?? false
        self.options = try EndpointOptions(takingFrom: &options)
        try options.refuseRest(known: Self.names + EndpointOptions.names)
        _ = try self.options.settings()
        if isPassthrough {
            if case .pool = source {
                throw DriverError(option: "mode", "passthrough needs parent, not pool")
            }
            try self.options.refuseSettingsOfVF()
        }
        let ipv4 = try body.object.objects("IPv4Data").compactMap {
            try AddressPool($0, isIPv6: false)
        }
        let ipv6 = try body.object.objects("IPv6Data").compactMap {
            try AddressPool($0, isIPv6: true)
        }
        addressPools = ipv4 + ipv6
    }

    private static var mtuLabel: String { "com.docker.network.driver.mtu" }
    private static var prefixLabel: String { "com.docker.network.container_iface_prefix" }

    private static func source(_ options: inout DriverOptions) throws(DriverError) -> Source {
        let given = ["parent", "netdevice", "pool"].compactMap { name in
            options.take(name).map { (name: name, word: $0) }
        }
        guard let (name, word) = given.first else {
            throw DriverError(
                option: "parent",
                "missing, must be the name or the PCI address of a PF, unless there is pool")
        }
        guard given.count == 1 else {
            throw DriverError(option: given[1].name, "must not be given with \(name)")
        }
        if name == "pool" {
            guard !word.isEmpty else { throw DriverError(option: name, "must not be empty") }
            return .pool(word)
        }
        guard let reference = PhysicalFunctionReference(word) else {
            throw DriverError(
                option: name,
                "must be the name or the PCI address of a PF, not \(excerpt(word))")
        }
        return .physicalFunction(reference, option: name)
    }
}

extension JSONObject {
    /// Whether the options of a network make it one without a way out.
    func isInternal() throws(JSONKeyError) -> Bool {
        try boolean("com.docker.network.internal") ?? false
    }
}
