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
        transform: Self.value(.macAddress))
    var mac: SettingValue?

    @Option(
        help: ArgumentHelp("VLAN identifier, 0 to 4094; 0 clears the tag.", valueName: "id"),
        transform: Self.value(.vlan))
    var vlan: SettingValue?

    @Option(
        name: .customLong("vlan-qos"),
        help: ArgumentHelp("Priority of the VLAN tag, 0 to 7.", valueName: "priority"),
        transform: Self.value(.vlanPriority))
    var vlanPriority: SettingValue?

    @Option(
        name: .customLong("vlan-proto"),
        help: ArgumentHelp(
            "Protocol of the VLAN tag, 802.1q (the default) or 802.1ad.", valueName: "protocol"),
        completion: .list(Setting.vlanProtocol.words), transform: Self.value(.vlanProtocol))
    var vlanProtocol: SettingValue?

    @Option(
        name: .customLong("spoofchk"),
        help: ArgumentHelp(
            "Whether frames with a source MAC that is not the VF's are dropped.",
            valueName: "on|off"),
        completion: .list(Setting.spoofCheck.words), transform: Self.value(.spoofCheck))
    var spoofCheck: SettingValue?

    @Option(
        help: ArgumentHelp(
            "Whether the VF may change its MAC and turn on promiscuous mode.", valueName: "on|off"),
        completion: .list(Setting.trust.words), transform: Self.value(.trust))
    var trust: SettingValue?

    @Option(
        name: .customLong("link-state"),
        help: ArgumentHelp(
            "What the VF is told of its link: the PF's, always up, or always down.",
            valueName: "auto|enable|disable"),
        completion: .list(Setting.linkState.words), transform: Self.value(.linkState))
    var linkState: SettingValue?

    @Option(
        name: .customLong("min-tx-rate"),
        help: ArgumentHelp("Guaranteed transmit rate; 0 is none.", valueName: "Mbit/s"),
        transform: Self.value(.minimumRate))
    var minimumRate: SettingValue?

    @Option(
        name: .customLong("max-tx-rate"),
        help: ArgumentHelp("Limit of the transmit rate; 0 is none.", valueName: "Mbit/s"),
        transform: Self.value(.maximumRate))
    var maximumRate: SettingValue?

    @Option(
        help: ArgumentHelp("MTU of the interface, 68 to 65535.", valueName: "bytes"),
        transform: Self.value(.mtu))
    var mtu: SettingValue?

    @Option(
        name: .customLong("promisc"),
        help: ArgumentHelp(
            "Whether the interface takes every frame; most drivers want --trust on for it.",
            valueName: "on|off"),
        completion: .list(Setting.promiscuous.words), transform: Self.value(.promiscuous))
    var promiscuous: SettingValue?

    @Option(
        name: .customLong("allmulti"),
        help: ArgumentHelp(
            "Whether the interface takes every multicast frame.", valueName: "on|off"),
        completion: .list(Setting.allMulticast.words), transform: Self.value(.allMulticast))
    var allMulticast: SettingValue?

    @Flag(
        name: .customLong("link-state-ignore-unsupported"),
        help: "Only warn if the driver knows no --link-state.")
    var ignoresUnsupportedLinkState = false

    @Flag(
        name: .customLong("reset-on-release"),
        help: "Reset the VF when it is given back.")
    var resetOnRelease = false

    func validate() throws {
        do throws(SettingFault) {
            _ = try requested.settings()
        } catch {
            throw ValidationError("\(error.setting.optionName) \(error.message(\.optionName))")
        }
    }

    var settings: VFSettings {
        // Refused before, if they contradict each other.
        (try? requested.settings()) ?? VFSettings()
    }

    private var requested: RequestedSettings {
        let given: [(Setting, SettingValue?)] = [
            (.macAddress, mac), (.vlan, vlan), (.vlanPriority, vlanPriority),
            (.vlanProtocol, vlanProtocol), (.spoofCheck, spoofCheck), (.trust, trust),
            (.linkState, linkState), (.minimumRate, minimumRate), (.maximumRate, maximumRate),
            (.mtu, mtu), (.promiscuous, promiscuous), (.allMulticast, allMulticast),
            (.linkStateTolerance, ignoresUnsupportedLinkState ? .flag(true) : nil),
            (.resetOnRelease, resetOnRelease ? .flag(true) : nil),
        ]
        var requested = RequestedSettings()
        for (setting, value) in given { requested[setting] = value }
        return requested
    }

    private static func value(
        _ setting: Setting
    ) -> @Sendable (String) throws -> SettingValue {
        { text in
            do throws(SettingFault) {
                return try setting.value(text)
            } catch {
                switch error.reason {
                // The parser says what the value is.
                case .unknown: throw InvalidValue("must be \(setting.expectation)")
                default: throw InvalidValue(error.message(\.optionName))
                }
            }
        }
    }
}

extension Setting {
    /// The option of the command line.
    fileprivate var optionName: String {
        switch self {
        case .macAddress: "--mac"
        case .vlan: "--vlan"
        case .vlanPriority: "--vlan-qos"
        case .vlanProtocol: "--vlan-proto"
        case .spoofCheck: "--spoofchk"
        case .trust: "--trust"
        case .linkState: "--link-state"
        case .linkStateTolerance: "--link-state-ignore-unsupported"
        case .minimumRate: "--min-tx-rate"
        case .maximumRate: "--max-tx-rate"
        case .mtu: "--mtu"
        case .promiscuous: "--promisc"
        case .allMulticast: "--allmulti"
        case .resetOnRelease: "--reset-on-release"
        }
    }
}
