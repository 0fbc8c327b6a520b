internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// What a network asks for each of its endpoints, or an endpoint for itself; nil is not given.
struct EndpointOptions: Hashable, Sendable {
    var vlan: UInt16?
    var vlanQoS: UInt8?
    var vlanProtocol: VLANProtocol?
    var spoofCheck: Bool?
    var trust: Bool?
    var linkState: VFLinkState?
    /// Mbit/s.
    var minimumRate: UInt32?
    /// Mbit/s.
    var maximumRate: UInt32?
    /// Bytes.
    var mtu: UInt32?
    /// What the interface's name in the container begins with.
    var prefix: String?

    /// The names of the options.
    static var names: [String] {
        [
            "vlan", "vlan_qos", "vlan_proto", "spoofchk", "trust", "privileged", "link_state",
            "min_tx_rate", "max_tx_rate", "mtu", "prefix",
        ]
    }

    /// Takes what it knows out of the options.
    init(takingFrom options: inout DriverOptions) throws(DriverError) {
        vlan = try options.integer("vlan", 0...4094)
        vlanQoS = try options.integer("vlan_qos", 0...7)
        vlanProtocol = try options.choice(
            "vlan_proto", [("802.1q", VLANProtocol.dot1Q), ("802.1ad", .dot1ad)])
        spoofCheck = try options.flag("spoofchk")
        trust = try options.flag("trust")
        if let isPrivileged = try options.flag("privileged") {
            let other = trust != nil ? "trust" : spoofCheck != nil ? "spoofchk" : nil
            if let other {
                throw DriverError(option: "privileged", "must not be given with \(other)")
            }
            trust = isPrivileged
            spoofCheck = !isPrivileged
        }
        linkState = try options.choice(
            "link_state",
            [("auto", VFLinkState.automatic), ("enable", .enabled), ("disable", .disabled)])
        minimumRate = try options.integer("min_tx_rate", 0...UInt32.max)
        maximumRate = try options.integer("max_tx_rate", 0...UInt32.max)
        mtu = try options.integer("mtu", 68...65535)
        prefix = try Self.prefix(options.take("prefix"))
    }

    private static func prefix(_ word: String?) throws(DriverError) -> String? {
        guard let word else { return nil }
        // Docker puts a number behind it.
        guard !word.isEmpty, InterfaceName.isLegal(word + "00") else {
            throw DriverError(
                option: "prefix",
                "must be the beginning of an interface's name, 1 to 13 bytes, not \(excerpt(word))")
        }
        return word
    }

    /// These options with another's in their place, where the other gives any.
    func overridden(by other: EndpointOptions) -> EndpointOptions {
        var options = self
        options.vlan = other.vlan ?? vlan
        options.vlanQoS = other.vlanQoS ?? vlanQoS
        options.vlanProtocol = other.vlanProtocol ?? vlanProtocol
        options.spoofCheck = other.spoofCheck ?? spoofCheck
        options.trust = other.trust ?? trust
        options.linkState = other.linkState ?? linkState
        options.minimumRate = other.minimumRate ?? minimumRate
        options.maximumRate = other.maximumRate ?? maximumRate
        options.mtu = other.mtu ?? mtu
        options.prefix = other.prefix ?? prefix
        return options
    }

    /// What is asked of the VF.
    ///
    /// - Throws: `DriverError` for options that contradict each other.
    func settings(macAddress: MACAddress? = nil) throws(DriverError) -> VFSettings {
        if let minimumRate, let maximumRate, maximumRate != 0, minimumRate > maximumRate {
            throw DriverError(
                option: "min_tx_rate",
                "must not be above max_tx_rate, \(minimumRate) is above \(maximumRate)")
        }
        let settings = VFSettings(
            macAddress: macAddress, vlan: try tag(), minimumRate: minimumRate,
            maximumRate: maximumRate, spoofCheck: spoofCheck, trust: trust, linkState: linkState,
            mtu: mtu)
        do {
            try settings.validate()
        } catch {
            throw DriverError(reporting: error)
        }
        return settings
    }

    private func tag() throws(DriverError) -> VLANTag? {
        guard let vlan else {
            if vlanQoS != nil { throw DriverError(option: "vlan_qos", "needs vlan") }
            if vlanProtocol != nil { throw DriverError(option: "vlan_proto", "needs vlan") }
            return nil
        }
        if vlan == 0, let vlanQoS, vlanQoS != 0 {
            throw DriverError(option: "vlan_qos", "needs a vlan other than 0")
        }
        if vlan == 0, vlanProtocol == .dot1ad {
            throw DriverError(option: "vlan_proto", "802.1ad needs a vlan other than 0")
        }
        return VLANTag(
            identifier: vlan, qualityOfService: vlanQoS ?? 0, protocol: vlanProtocol ?? .dot1Q)
    }

    /// Refuses what only a VF can have, for an endpoint that gets a whole PF.
    func refuseSettingsOfVF() throws(DriverError) {
        let given: [(String, Bool)] = [
            ("vlan", vlan != nil), ("vlan_qos", vlanQoS != nil),
            ("vlan_proto", vlanProtocol != nil), ("spoofchk", spoofCheck != nil),
            ("trust", trust != nil), ("link_state", linkState != nil),
            ("min_tx_rate", minimumRate != nil), ("max_tx_rate", maximumRate != nil),
        ]
        guard let name = given.first(where: \.1)?.0 else { return }
        throw DriverError(
            option: name, "is a setting of a VF, there is none in mode passthrough")
    }
}
