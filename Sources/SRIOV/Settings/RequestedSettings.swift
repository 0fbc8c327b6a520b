internal import LinuxSystem
internal import Netlink

/// What somebody asks of a VF, setting by setting, before it is known to fit together.
package struct RequestedSettings: Hashable, Sendable {
    private var values: [SettingValue?]

    /// Nothing is asked.
    package init() {
        values = Array(repeating: nil, count: Setting.allCases.count)
    }

    /// nil is not asked for. A value must be of the setting's kind.
    package subscript(setting: Setting) -> SettingValue? {
        get { values[setting.rawValue] }
        set { values[setting.rawValue] = newValue }
    }

    /// The settings that are asked for.
    package var asked: [Setting] { Setting.allCases.filter { self[$0] != nil } }

    /// These settings with another's in their place, where the other asks for any.
    package func overridden(by other: RequestedSettings) -> RequestedSettings {
        var settings = self
        for setting in other.asked { settings[setting] = other[setting] }
        return settings
    }

    /// All of it together.
    ///
    /// A VLAN's priority and protocol mean nothing without a VLAN, nor with VLAN 0, which is none; priority 0 and
    /// 802.1q, which are what is taken without them, are no contradiction, for templates write them always.
    ///
    /// - Throws: `SettingFault` for settings that contradict each other.
    package func settings() throws(SettingFault) -> VFSettings {
        if let minimum = number(.minimumRate), let maximum = number(.maximumRate), maximum != 0,
            minimum > maximum
        {
            throw SettingFault(
                .minimumRate, .exceeds(.maximumRate, own: minimum, other: maximum))
        }
        return VFSettings(
            macAddress: macAddress, vlan: try vlan(), minimumRate: number(.minimumRate),
            maximumRate: number(.maximumRate), spoofCheck: flag(.spoofCheck), trust: flag(.trust),
            linkState: linkState, mtu: number(.mtu), isPromiscuous: flag(.promiscuous),
            receivesAllMulticast: flag(.allMulticast),
            toleratesUnsupportedLinkState: flag(.linkStateTolerance),
            resetsOnRelease: flag(.resetOnRelease))
    }

    private func vlan() throws(SettingFault) -> VLANTag? {
        let priority = number(.vlanPriority) ?? 0
        var spelling = VLANProtocol.dot1Q
        if case .vlanProtocol(let asked)? = self[.vlanProtocol] { spelling = asked }
        let identifier = number(.vlan)
        if identifier ?? 0 == 0 {
            let reason: SettingFault.Reason =
                identifier == nil ? .lacks(.vlan) : .contradictsZero(of: .vlan)
            if priority != 0 { throw SettingFault(.vlanPriority, reason) }
            if spelling != .dot1Q { throw SettingFault(.vlanProtocol, reason) }
        }
        return identifier.map {
            VLANTag(
                identifier: UInt16(truncatingIfNeeded: $0),
                qualityOfService: UInt8(truncatingIfNeeded: priority), protocol: spelling)
        }
    }

    private func number(_ setting: Setting) -> UInt32? {
        if case .number(let number)? = self[setting] { number } else { nil }
    }

    private func flag(_ setting: Setting) -> Bool? {
        if case .flag(let isOn)? = self[setting] { isOn } else { nil }
    }

    private var macAddress: MACAddress? {
        if case .macAddress(let address)? = self[.macAddress] { address } else { nil }
    }

    private var linkState: VFLinkState? {
        if case .linkState(let state)? = self[.linkState] { state } else { nil }
    }
}
