import LinuxSystem
import Testing

@testable import Netlink

/// Every request that sets an attribute of a VF, byte by byte: VF 1 of the PF with index 7.
@Suite struct VFRequestTests {
    private func request(_ attribute: VFAttribute) throws -> [UInt8] {
        let kernel = FakeKernel(.acknowledgement(0))
        try kernel.routeSocket.setVF(attribute, index: 1, ofPF: 7, named: "pf0")
        #expect(kernel.requests.count == 1)
        return kernel.requests[0]
    }

    @Test func macAddressHasThirtyTwoBytes() throws {
        let address = try #require(MACAddress("02:11:22:33:44:55"))
        #expect(
            try request(.macAddress(address))
                == hex(
                    """
                    50000000 1300 0500 01000000 00000000  # 80 bytes, RTM_SETLINK, REQUEST|ACK
                    00 00 0000 07000000 00000000 00000000 # ifinfomsg: index 7
                    3000 1680                             # IFLA_VFINFO_LIST
                    2c00 0180                             # IFLA_VF_INFO
                    2800 0100 01000000                    # IFLA_VF_MAC: VF 1
                    021122334455 0000 0000000000000000    # the address in MAX_ADDR_LEN bytes
                    0000000000000000 0000000000000000
                    """))
    }

    @Test func vlanOf8021QTravelsInTheOldForm() throws {
        #expect(
            try request(.vlan(VLANTag(identifier: 100, qualityOfService: 3)))
                == hex(
                    """
                    38000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    1800 1680
                    1400 0180
                    1000 0200 01000000 64000000 03000000  # IFLA_VF_VLAN: VF 1, VLAN 100, QoS 3
                    """))
    }

    @Test func severalTravelInTheirOrderInOneMessage() throws {
        let kernel = FakeKernel(.acknowledgement(0))
        let tag = VLANTag(identifier: 100, qualityOfService: 3)
        try kernel.routeSocket.setVF(
            [.trust(true), .vlan(tag), .spoofCheck(false)], index: 1, ofPF: 7, named: "pf0")
        #expect(kernel.requests.count == 1)
        #expect(
            kernel.requests.first
                == hex(
                    """
                    58000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    3800 1680                             # IFLA_VFINFO_LIST
                    1000 0180                             # IFLA_VF_INFO
                    0c00 0900 01000000 01000000           # IFLA_VF_TRUST: VF 1, on
                    1400 0180                             # IFLA_VF_INFO
                    1000 0200 01000000 64000000 03000000  # IFLA_VF_VLAN: VF 1, VLAN 100, QoS 3
                    1000 0180                             # IFLA_VF_INFO
                    0c00 0400 01000000 00000000           # IFLA_VF_SPOOFCHK: VF 1, off
                    """))
    }

    @Test func noVLANIsZero() throws {
        #expect(
            try request(.vlan(.none))
                == hex(
                    """
                    38000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    1800 1680
                    1400 0180
                    1000 0200 01000000 00000000 00000000
                    """))
    }

    @Test func vlanOf8021adTravelsInTheListWithPadding() throws {
        #expect(
            try request(.vlan(VLANTag(identifier: 0xabc, qualityOfService: 7, protocol: .dot1ad)))
                == hex(
                    """
                    40000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    2000 1680
                    1c00 0180
                    1800 0c80                             # IFLA_VF_VLAN_LIST
                    1400 0100 01000000 bc0a0000 07000000  # IFLA_VF_VLAN_INFO: VF 1, VLAN 2748, QoS 7
                    88a8 0000                             # ETH_P_8021AD, big-endian, and padding
                    """))
    }

    @Test func bothRatesTravelTogether() throws {
        #expect(
            try request(.transmitRate(TransmitRate(minimum: 100, maximum: 1000)))
                == hex(
                    """
                    38000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    1800 1680
                    1400 0180
                    1000 0600 01000000 64000000 e8030000  # IFLA_VF_RATE: VF 1, min 100, max 1000
                    """))
    }

    @Test(arguments: [
        (VFAttribute.spoofCheck(true), "0400 01000000 01000000"),
        (.spoofCheck(false), "0400 01000000 00000000"),
        (.trust(true), "0900 01000000 01000000"),
        (.trust(false), "0900 01000000 00000000"),
        (.rssQuery(true), "0700 01000000 01000000"),
        (.linkState(.automatic), "0500 01000000 00000000"),
        (.linkState(.enabled), "0500 01000000 01000000"),
        (.linkState(.disabled), "0500 01000000 02000000"),
    ])
    func settingsHaveTwoWords(_ attribute: VFAttribute, _ body: String) throws {
        #expect(
            try request(attribute)
                == hex(
                    """
                    34000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    1400 1680
                    1000 0180
                    0c00 \(body)
                    """))
    }

    @Test func listsOfVFsAreAskedForWithoutCounters() throws {
        let kernel = FakeKernel(.link(index: 7, name: "pf0"))
        _ = try kernel.routeSocket.virtualFunctions(ofPF: "pf0")
        #expect(
            kernel.requests == [
                hex(
                    """
                    30000000 1200 0100 01000000 00000000  # 48 bytes, RTM_GETLINK, REQUEST
                    00 00 0000 00000000 00000000 00000000
                    0800 0300 70663000                    # IFLA_IFNAME: pf0
                    0800 1d00 09000000                    # IFLA_EXT_MASK: VF, SKIP_STATS
                    """)
            ])
    }

    @Test func countersAreAskedForByLeavingTheFilterOut() throws {
        let kernel = FakeKernel(.link(index: 7, name: "pf0"))
        _ = try kernel.routeSocket.virtualFunctions(ofPF: "pf0", statistics: true)
        #expect(kernel.requests.first?.suffix(8) == hex("0800 1d00 01000000")[...])
    }
}
