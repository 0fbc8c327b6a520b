internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension PhysicalFunctionConfiguration {
    package static var keys: [String] {
        [
            "name", "address", "selectors", "numVFs", "mtu", "up", "vfDriver", "eswitchMode",
            "vfDefaults", "externallyManaged",
        ]
    }

    init(_ object: JSONObject) throws(JSONKeyError) {
        try object.refuseKeys(otherThan: Self.keys)
        self.init(key: object.ownPath, subject: try Self.subject(of: object))
        isExternallyManaged = try object.boolean("externallyManaged") ?? false
        numberOfVFs = try object.integer("numVFs", UInt16.min...UInt16.max).map { Int($0) }
        if isExternallyManaged, numberOfVFs != nil {
            throw JSONKeyError(
                object.path("numVFs"), "contradicts externallyManaged, which leaves it to others")
        }
        mtu = try object.integer("mtu", UInt32(68)...65535)
        if let up = try object.boolean("up") {
            guard up else {
                throw JSONKeyError(
                    object.path("up"), "must be true or absent: vfmap takes no PF down")
            }
            bringsUp = true
        }
        driver = try object.word("vfDriver").map { text throws(JSONKeyError) in
            guard let driver = VFDriver(configured: text) else {
                throw JSONKeyError(
                    object.path("vfDriver"),
                    "must be netdevice, vfio-pci or the name of a driver, not \"\(text)\"")
            }
            return driver
        }
        eswitchMode = try object.choice(
            "eswitchMode", of: [EswitchMode.legacy, .switchdev], \.description)
        if let object = try object.object("vfDefaults") {
            defaults = try VFSettings.defaults(object)
            if defaults.mtu != nil, case .named(let name)? = driver, UserspaceDriver.isKnown(name) {
                throw JSONKeyError(
                    object.path("mtu"), "a VF that is bound to \(name) has no interface")
            }
        }
    }

    private static func subject(of object: JSONObject) throws(JSONKeyError) -> Subject {
        let given = ["name", "address", "selectors"].filter { object.value($0) != nil }
        guard let key = given.first else {
            throw JSONKeyError(object.ownPath, "needs a name, an address or selectors")
        }
        guard given.count == 1 else {
            throw JSONKeyError(
                object.ownPath, "must have one of \(given.joined(separator: " and ")), not both")
        }
        switch key {
        case "name":
            let name = try object.string(key) ?? ""
            guard Self.isLegalName(name) else {
                throw JSONKeyError(
                    object.path(key), "must be the name of an interface, not \"\(name)\"")
            }
            return .reference(.interface(name))
        case "address":
            let text = try object.string(key) ?? ""
            guard let address = PCIAddress(text) else {
                throw JSONKeyError(
                    object.path(key), "must be a PCI address such as 0000:03:00.0, not \"\(text)\"")
            }
            return .reference(.address(address))
        default:
            return .selectors(
                try object.oneOrMore(key).map { object throws(JSONKeyError) in
                    try PhysicalFunctionSelector(object)
                })
        }
    }

    /// Alternative names too: they have up to 127 bytes (ALTIFNAMSIZ).
    private static func isLegalName(_ name: String) -> Bool {
        (1...127).contains(name.utf8.count)
            && !name.contains { $0.isWhitespace || $0 == "/" || $0 == ":" }
    }
}

extension VFSettings {
    package static var defaultKeys: [String] {
        [
            "spoofChk", "trust", "linkState", "vlan", "vlanQoS", "vlanProto", "minTxRate",
            "maxTxRate", "mtu",
        ]
    }

    /// Reads `vfDefaults`.
    static func defaults(_ object: JSONObject) throws(JSONKeyError) -> VFSettings {
        try object.refuseKeys(otherThan: Self.defaultKeys)
        var settings = VFSettings()
        settings.spoofCheck = try object.isOn("spoofChk")
        settings.trust = try object.isOn("trust")
        settings.linkState = try object.choice(
            "linkState", of: [VFLinkState.automatic, .enabled, .disabled], \.description)
        let priority = try object.integer("vlanQoS", UInt8(0)...7)
        let spelling = try object.choice(
            "vlanProto", of: [VLANProtocol.dot1Q, .dot1ad], \.description)
        if let identifier = try object.integer("vlan", UInt16(0)...4094) {
            settings.vlan = VLANTag(
                identifier: identifier, qualityOfService: priority ?? 0,
                protocol: spelling ?? .dot1Q)
        }
        for (key, asks) in [
            ("vlanQoS", (priority ?? 0) != 0), ("vlanProto", (spelling ?? .dot1Q) != .dot1Q),
        ] where asks && (settings.vlan?.identifier ?? 0) == 0 {
            throw JSONKeyError(object.path(key), "needs a vlan above 0")
        }
        settings.minimumRate = try object.integer("minTxRate", UInt32.min...UInt32.max)
        settings.maximumRate = try object.integer("maxTxRate", UInt32.min...UInt32.max)
        if let minimum = settings.minimumRate, let maximum = settings.maximumRate, maximum != 0,
            minimum > maximum
        {
            throw JSONKeyError(
                object.path("minTxRate"), "\(minimum) is above the maxTxRate \(maximum)")
        }
        settings.mtu = try object.integer("mtu", UInt32(68)...65535)
        return settings
    }
}
