import ArgumentParser
import LinuxSystem
import Netlink
import SRIOV
import Testing

@testable import AdminTool

@Suite struct SettingsOptionsTests {
    private func request(_ arguments: String...) throws -> AttachRequest {
        let parsed = try VFMapCommand.parseAsRoot(
            ["attach", "0000:01:10.0", "--netns", "blue"] + arguments)
        let command = try #require(parsed as? AttachCommand)
        return try command.request(
            for: .address(try #require(PCIAddress("0000:01:10.0"))))
    }

    @Test func whatIsNotGivenIsLeftAlone() throws {
        let request = try request()
        #expect(request.settings == VFSettings())
        #expect(request.namespacePath == "/run/netns/blue")
        #expect(
            request.owner
                == AttachmentOwner(
                    frontEnd: "cli", network: nil, container: "blue", interfaceName: "net1"))
    }

    @Test func everyOptionIsAsked() throws {
        let request = try request(
            "--mac", "02:11:22:33:44:55", "--vlan", "100", "--vlan-qos", "3", "--vlan-proto",
            "802.1ad", "--spoofchk", "off", "--trust", "on", "--link-state", "enable",
            "--min-tx-rate", "10", "--max-tx-rate", "200", "--mtu", "9000", "--promisc", "on",
            "--allmulti", "off", "--link-state-ignore-unsupported", "--reset-on-release",
            "--ifname", "eth1",
            "--container", "web")
        #expect(
            request.settings
                == VFSettings(
                    macAddress: MACAddress("02:11:22:33:44:55"),
                    vlan: VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad),
                    minimumRate: 10, maximumRate: 200, spoofCheck: false, trust: true,
                    linkState: .enabled, mtu: 9000, isPromiscuous: true,
                    receivesAllMulticast: false,
                    toleratesUnsupportedLinkState: true, resetsOnRelease: true))
        #expect(request.owner.description == "cli web/eth1")
    }

    @Test func theBordersAreTaken() throws {
        let lowest = try request(
            "--vlan", "0", "--min-tx-rate", "0", "--max-tx-rate", "0", "--mtu", "68")
        #expect(
            lowest.settings
                == VFSettings(vlan: VLANTag.none, minimumRate: 0, maximumRate: 0, mtu: 68))
        let highest = try request("--vlan", "4094", "--vlan-qos", "7", "--mtu", "65535")
        #expect(
            highest.settings
                == VFSettings(vlan: VLANTag(identifier: 4094, qualityOfService: 7), mtu: 65535))
    }

    @Test func noLimitIsAboveEveryGuarantee() throws {
        let request = try request("--min-tx-rate", "10", "--max-tx-rate", "0")
        #expect(request.settings == VFSettings(minimumRate: 10, maximumRate: 0))
    }

    @Test func aQualityOfZeroGoesWithoutAVLAN() throws {
        let request = try request("--vlan", "0", "--vlan-qos", "0", "--vlan-proto", "802.1Q")
        #expect(request.settings == VFSettings(vlan: VLANTag.none))
    }

    @Test func whatTheOptionsTakeTheVerbsTake() throws {
        try request("--vlan", "4094", "--vlan-qos", "7", "--vlan-proto", "802.1ad", "--mtu", "68")
            .settings.validate()
    }
}
