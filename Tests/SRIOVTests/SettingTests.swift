import LinuxSystem
import Netlink
import SRIOV
import Testing

/// What can be asked of a VF, by the vocabulary that all front ends read by.
@Suite struct SettingTests {
    @Test(arguments: [
        (Setting.vlan, "0", SettingValue.number(0)), (.vlan, "4094", .number(4094)),
        (.vlanPriority, "7", .number(7)), (.vlanProtocol, "802.1AD", .vlanProtocol(.dot1ad)),
        (.vlanProtocol, "802.1q", .vlanProtocol(.dot1Q)), (.spoofCheck, "ON", .flag(true)),
        (.trust, "off", .flag(false)), (.linkState, "Auto", .linkState(.automatic)),
        (.linkState, "enable", .linkState(.enabled)),
        (.linkState, "disable", .linkState(.disabled)),
        (.maximumRate, "4294967295", .number(4_294_967_295)), (.mtu, "68", .number(68)),
        (.mtu, "65535", .number(65_535)),
    ])
    func aValueIsRead(setting: Setting, text: String, value: SettingValue) throws {
        #expect(try setting.value(text) == value)
        // What is written down is read again.
        #expect(try setting.value(value.description) == value)
    }

    @Test(arguments: [
        (Setting.vlan, "4095", "must be an integer from 0 to 4094, not \"4095\""),
        (.vlan, "-1", "must be an integer from 0 to 4094, not \"-1\""),
        (.vlan, "+1", "must be an integer from 0 to 4094, not \"+1\""),
        (.vlan, "", "must be an integer from 0 to 4094, not \"\""),
        (.vlan, "٣", "must be an integer from 0 to 4094, not \"٣\""),
        (.vlanPriority, "8", "must be an integer from 0 to 7, not \"8\""),
        (.mtu, "67", "must be an integer from 68 to 65535, not \"67\""),
        (.minimumRate, "4294967296", "must be an integer from 0 to 4294967295, not \"4294967296\""),
        (.spoofCheck, "true", "must be on or off, not \"true\""),
        (.linkState, "up", "must be auto, enable or disable, not \"up\""),
        (.vlanProtocol, "qinq", "must be 802.1q or 802.1ad, not \"qinq\""),
        (.macAddress, "02", "must be a MAC address such as 02:11:22:33:44:55, not \"02\""),
        (.macAddress, "00:00:00:00:00:00", "must not be all zero"),
        (.macAddress, "ff:ff:ff:ff:ff:ff", "must be a unicast address, not \"ff:ff:ff:ff:ff:ff\""),
    ])
    func aWrongValueIsNamed(setting: Setting, text: String, message: String) {
        let fault = #expect(throws: SettingFault.self) { try setting.value(text) }
        #expect(fault?.message(\.name) == message)
        #expect(fault?.settings == [setting])
    }

    @Test func aNumberIsTakenOnlyWhereOneIsMeant() {
        #expect(throws: SettingFault.self) { try Setting.spoofCheck.value(1) }
        #expect(throws: SettingFault.self) { try Setting.vlan.value(4095) }
        #expect(throws: SettingFault.self) { try Setting.maximumRate.value(1 << 32) }
    }

    private func requested(_ values: [Setting: String]) throws -> RequestedSettings {
        var requested = RequestedSettings()
        for (setting, text) in values { requested[setting] = try setting.value(text) }
        return requested
    }

    @Test(arguments: [
        ([Setting.vlanPriority: "3"], "VLAN QoS needs VLAN"),
        ([.vlanPriority: "3", .vlan: "0"], "VLAN QoS needs a VLAN other than 0"),
        ([.vlanProtocol: "802.1ad"], "VLAN protocol needs VLAN"),
        ([.vlanProtocol: "802.1ad", .vlan: "0"], "VLAN protocol needs a VLAN other than 0"),
        (
            [.minimumRate: "20", .maximumRate: "10"],
            "minimum rate must not be above maximum rate, 20 is above 10"
        ),
    ])
    func whatDoesNotFitTogetherIsRefused(values: [Setting: String], message: String) throws {
        let requested = try requested(values)
        let fault = #expect(throws: SettingFault.self) { try requested.settings() }
        #expect(fault.map { "\($0.setting.name) \($0.message(\.name))" } == message)
    }

    /// Templates write the values that are taken without them.
    @Test func whatIsTakenAnywayNeedsNoVLAN() throws {
        #expect(
            try requested([.vlanPriority: "0", .vlanProtocol: "802.1q"]).settings()
                == VFSettings())
        #expect(
            try requested([.vlan: "0", .vlanPriority: "0", .vlanProtocol: "802.1q"]).settings()
                == VFSettings(vlan: VLANTag.none))
        #expect(
            try requested([.minimumRate: "20", .maximumRate: "0"]).settings()
                == VFSettings(minimumRate: 20, maximumRate: 0))
    }

    @Test func everySettingReachesTheVF() throws {
        let values: [Setting: String] = [
            .vlan: "100", .vlanPriority: "3", .vlanProtocol: "802.1ad",
            .macAddress: "02:11:22:33:44:55", .spoofCheck: "off", .trust: "on",
            .linkState: "enable", .linkStateTolerance: "on", .minimumRate: "1",
            .maximumRate: "2", .mtu: "9000", .promiscuous: "on", .allMulticast: "off",
            .resetOnRelease: "on",
        ]
        #expect(Set(values.keys) == Set(Setting.allCases))
        let settings = try requested(values).settings()
        #expect(
            settings
                == VFSettings(
                    macAddress: MACAddress("02:11:22:33:44:55"),
                    vlan: VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad),
                    minimumRate: 1, maximumRate: 2, spoofCheck: false, trust: true,
                    linkState: .enabled, mtu: 9000, isPromiscuous: true,
                    receivesAllMulticast: false, toleratesUnsupportedLinkState: true,
                    resetsOnRelease: true))
        // A VLAN is one, with its priority and protocol.
        #expect(settings.asked.count == Setting.allCases.count - 2)
        #expect(
            settings.namesForPhysicalFunction == [
                "VLAN", "spoof check", "trust", "link state", "minimum rate", "maximum rate",
            ])
    }
}
