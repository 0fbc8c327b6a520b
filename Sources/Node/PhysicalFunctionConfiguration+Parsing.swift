internal import FrontEndSupport
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
        mtu = try object.integer("mtu", Setting.mtu.range)
        if let up = try object.boolean("up") {
            guard up else {
                throw JSONKeyError(
                    object.path("up"), "must be true or absent: vfmap takes no PF down")
            }
            bringsUp = true
        }
        driver = try object.nonEmptyString("vfDriver").map { text throws(JSONKeyError) in
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

extension Setting {
    /// The key of `vfDefaults`; nil for what VFs cannot have by default.
    package var defaultKey: String? {
        switch self {
        case .vlan: "vlan"
        case .vlanPriority: "vlanQoS"
        case .vlanProtocol: "vlanProto"
        case .spoofCheck: "spoofChk"
        case .trust: "trust"
        case .linkState: "linkState"
        case .minimumRate: "minTxRate"
        case .maximumRate: "maxTxRate"
        case .mtu: "mtu"
        case .macAddress, .linkStateTolerance, .promiscuous, .allMulticast, .resetOnRelease: nil
        }
    }

    fileprivate var spelling: String { defaultKey ?? name }
}

extension VFSettings {
    package static var defaultKeys: [String] { Setting.allCases.compactMap(\.defaultKey) }

    /// Reads `vfDefaults`.
    static func defaults(_ object: JSONObject) throws(JSONKeyError) -> VFSettings {
        try object.refuseKeys(otherThan: Self.defaultKeys)
        var requested = RequestedSettings()
        for setting in Setting.allCases {
            guard let key = setting.defaultKey else { continue }
            requested[setting] = try object.setting(setting, key)
        }
        do throws(SettingFault) {
            return try requested.settings()
        } catch {
            throw JSONKeyError(object.path(error.setting.spelling), error.message(\.spelling))
        }
    }
}
