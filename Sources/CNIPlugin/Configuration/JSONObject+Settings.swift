internal import CNI
internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// The keys that ask something of the VF.
extension JSONObject {
    /// vlan with vlanQoS and vlanProto; nil if there is no vlan.
    func vlan() throws(JSONKeyError) -> VLANTag? {
        let identifier: UInt16? = try integer("vlan", 0...4094)
        let qualityOfService: UInt8? = try integer("vlanQoS", 0...7)
        let vlanProtocol = try vlanProtocol()
        guard let identifier else {
            if qualityOfService != nil { throw JSONKeyError("vlanQoS", "needs vlan") }
            if vlanProtocol != nil { throw JSONKeyError("vlanProto", "needs vlan") }
            return nil
        }
        if identifier == 0, let qualityOfService, qualityOfService != 0 {
            throw JSONKeyError("vlanQoS", "needs a vlan other than 0")
        }
        if identifier == 0, vlanProtocol == .dot1ad {
            throw JSONKeyError("vlanProto", "802.1ad needs a vlan other than 0")
        }
        return VLANTag(
            identifier: identifier, qualityOfService: qualityOfService ?? 0,
            protocol: vlanProtocol ?? .dot1Q)
    }

    private func vlanProtocol() throws(JSONKeyError) -> VLANProtocol? {
        guard let word = try word("vlanProto") else { return nil }
        switch word.lowercased() {
        case "802.1q": return .dot1Q
        case "802.1ad": return .dot1ad
        default:
            throw JSONKeyError(
                "vlanProto", "must be \"802.1q\" or \"802.1ad\", not \"\(word)\"")
        }
    }

    /// The MAC of runtimeConfig, else of CNI_ARGS, else of `mac`; each one given must be sound.
    func macAddress(
        runtime: JSONObject?, arguments: CNIArguments
    ) throws(JSONKeyError) -> MACAddress? {
        let ofRuntime = try unicast("runtimeConfig.mac", try runtime?.word("mac"))
        let ofArguments = try unicast("CNI_ARGS MAC", arguments.macAddress)
        let own = try unicast("mac", try word("mac"))
        return ofRuntime ?? ofArguments ?? own
    }

    private func unicast(_ key: String, _ text: String?) throws(JSONKeyError) -> MACAddress? {
        guard let text else { return nil }
        guard let address = MACAddress(text) else {
            throw JSONKeyError(
                key, "must be a MAC address such as 02:11:22:33:44:55, not \"\(text)\"")
        }
        if address.isZero { throw JSONKeyError(key, "must not be all zero") }
        if address.isMulticast {
            throw JSONKeyError(key, "must be a unicast address, not \"\(text)\"")
        }
        return address
    }

    /// One of the words `on` and `off`; nil if it is absent or empty.
    ///
    /// - Parameter alternatives: What else the key may be, for the error.
    func onOrOff(
        _ key: String, orAlso alternatives: String = ""
    ) throws(JSONKeyError) -> Bool? {
        guard let value = value(key), value != .string("") else { return nil }
        switch value {
        case .string(let word) where word.lowercased() == "on": return true
        case .string(let word) where word.lowercased() == "off": return false
        case .string(let word):
            throw JSONKeyError(
                path(key), "must be \(alternatives)\"on\" or \"off\", not \"\(word)\"")
        default:
            throw JSONKeyError(
                path(key), "must be \(alternatives)\"on\" or \"off\", not \(value.kind)")
        }
    }

    /// A boolean, also as one of the words `on` and `off`; nil if it is absent.
    func flag(_ key: String) throws(JSONKeyError) -> Bool? {
        if case .bool(let truth)? = value(key) { return truth }
        return try onOrOff(key, orAlso: "true, false, ")
    }

    /// mtu; 0 counts as absent, as templates write it.
    func mtu() throws(JSONKeyError) -> UInt32? {
        if value("mtu") == .integer(0) { return nil }
        return try integer("mtu", 68...65535)
    }
}
