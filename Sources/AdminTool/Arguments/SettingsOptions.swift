internal import ArgumentParser
internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// The options that say how a VF is to be; one that is not given leaves a thing as it is.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "MAC address of the interface, unicast; administered through the PF too.",
            valueName: "address"),
        transform: Self.unicastAddress)
    var mac: MACAddress?

    @Option(
        help: ArgumentHelp("VLAN identifier, 0 to 4094; 0 clears the tag.", valueName: "id"),
        transform: { try WholeNumber.parse($0, 0...4094) })
    var vlan: UInt16?

    @Option(
        name: .customLong("vlan-qos"),
        help: ArgumentHelp("Priority of the VLAN tag, 0 to 7.", valueName: "priority"),
        transform: { try WholeNumber.parse($0, 0...7) })
    var vlanPriority: UInt8?

    @Option(
        name: .customLong("vlan-proto"),
        help: ArgumentHelp(
            "Protocol of the VLAN tag, 802.1q (the default) or 802.1ad.", valueName: "protocol"),
        completion: .list(["802.1q", "802.1ad"]), transform: Self.vlanProtocol)
    var vlanProtocol: VLANProtocol?

    @Option(
        name: .customLong("spoofchk"),
        help: ArgumentHelp(
            "Whether frames with a source MAC that is not the VF's are dropped.",
            valueName: "on|off"),
        completion: .list(["on", "off"]), transform: Self.onOrOff)
    var spoofCheck: Bool?

    @Option(
        help: ArgumentHelp(
            "Whether the VF may change its MAC and turn on promiscuous mode.", valueName: "on|off"),
        completion: .list(["on", "off"]), transform: Self.onOrOff)
    var trust: Bool?

    @Option(
        name: .customLong("link-state"),
        help: ArgumentHelp(
            "What the VF is told of its link: the PF's, always up, or always down.",
            valueName: "auto|enable|disable"),
        completion: .list(["auto", "enable", "disable"]), transform: Self.linkState)
    var linkState: VFLinkState?

    @Option(
        name: .customLong("min-tx-rate"),
        help: ArgumentHelp("Guaranteed transmit rate; 0 is none.", valueName: "Mbit/s"),
        transform: { try WholeNumber.parse($0, 0...UInt32.max) })
    var minimumRate: UInt32?

    @Option(
        name: .customLong("max-tx-rate"),
        help: ArgumentHelp("Limit of the transmit rate; 0 is none.", valueName: "Mbit/s"),
        transform: { try WholeNumber.parse($0, 0...UInt32.max) })
    var maximumRate: UInt32?

    @Option(
        help: ArgumentHelp("MTU of the interface, 68 to 65535.", valueName: "bytes"),
        transform: { try WholeNumber.parse($0, 68...65535) })
    var mtu: UInt32?

    @Option(
        name: .customLong("promisc"),
        help: ArgumentHelp(
            "Whether the interface takes every frame; most drivers want --trust on for it.",
            valueName: "on|off"),
        completion: .list(["on", "off"]), transform: Self.onOrOff)
    var promiscuous: Bool?

    @Option(
        name: .customLong("allmulti"),
        help: ArgumentHelp(
            "Whether the interface takes every multicast frame.", valueName: "on|off"),
        completion: .list(["on", "off"]), transform: Self.onOrOff)
    var allMulticast: Bool?

    @Flag(
        name: .customLong("link-state-ignore-unsupported"),
        help: "Only warn if the driver knows no --link-state.")
    var ignoresUnsupportedLinkState = false

    @Flag(
        name: .customLong("reset-on-release"),
        help: "Reset the VF when it is given back.")
    var resetOnRelease = false

    func validate() throws {
        let needsVLAN = [
            vlanPriority.map { ("--vlan-qos", $0 != 0) },
            vlanProtocol.map { ("--vlan-proto", $0 != .dot1Q) },
        ]
        for case (let option, let saysSomething)? in needsVLAN {
            if vlan == nil { throw ValidationError("\(option) needs --vlan") }
            if vlan == 0, saysSomething {
                throw ValidationError("\(option) needs a --vlan above 0")
            }
        }
        if let minimumRate, let maximumRate, maximumRate != 0, minimumRate > maximumRate {
            throw ValidationError(
                "--min-tx-rate \(minimumRate) is above --max-tx-rate \(maximumRate)")
        }
    }

    var settings: VFSettings {
        VFSettings(
            macAddress: mac,
            vlan: vlan.map {
                VLANTag(
                    identifier: $0, qualityOfService: vlanPriority ?? 0,
                    protocol: vlanProtocol ?? .dot1Q)
            },
            minimumRate: minimumRate, maximumRate: maximumRate, spoofCheck: spoofCheck,
            trust: trust, linkState: linkState, mtu: mtu, isPromiscuous: promiscuous,
            receivesAllMulticast: allMulticast,
            toleratesUnsupportedLinkState: ignoresUnsupportedLinkState ? true : nil,
            resetsOnRelease: resetOnRelease ? true : nil)
    }

    private static func unicastAddress(_ text: String) throws -> MACAddress {
        guard let address = MACAddress(text) else {
            throw InvalidValue("not a MAC address such as 02:11:22:33:44:55")
        }
        if address.isZero { throw InvalidValue("the MAC address of no interface") }
        if address.isMulticast { throw InvalidValue("a multicast address") }
        return address
    }

    private static func vlanProtocol(_ text: String) throws -> VLANProtocol {
        let known: [VLANProtocol] = [.dot1Q, .dot1ad]
        guard let match = known.first(where: { $0.description == text.lowercased() }) else {
            throw InvalidValue("neither 802.1q nor 802.1ad")
        }
        return match
    }

    private static func onOrOff(_ text: String) throws -> Bool {
        switch text {
        case "on": return true
        case "off": return false
        default: throw InvalidValue("neither on nor off")
        }
    }

    private static func linkState(_ text: String) throws -> VFLinkState {
        let known: [VFLinkState] = [.automatic, .enabled, .disabled]
        guard let match = known.first(where: { $0.description == text }) else {
            throw InvalidValue("none of auto, enable and disable")
        }
        return match
    }
}
