import LinuxSystem
import Netlink
import SRIOV
import Testing

/// The frames, byte by byte.
@Suite struct AddressAnnouncementTests {
    private func frames(_ address: String, flags: UInt32 = 0) throws -> [String] {
        let network = try #require(IPNetwork(address))
        let mac = try #require(MACAddress("02:11:22:33:44:55"))
        return AddressAnnouncement.frames(
            for: InterfaceAddress(network: network, flags: flags), from: mac
        ).map { frame in frame.map { hexadecimal($0, digits: 2) }.joined() }
    }

    @Test func anIPv4AddressIsAnnouncedByRequestAndReply() throws {
        #expect(
            try frames("10.1.0.5/24") == [
                "ffffffffffff" + "021122334455" + "0806" + "0001080006040001"
                    + "021122334455" + "0a010005" + "000000000000" + "0a010005",
                "ffffffffffff" + "021122334455" + "0806" + "0001080006040002"
                    + "021122334455" + "0a010005" + "021122334455" + "0a010005",
            ])
    }

    /// The checksums were computed by another program.
    @Test(arguments: [
        (
            "fd00::5/64",
            "333300000001" + "021122334455" + "86dd" + "6000000000203aff"
                + "fd000000000000000000000000000005" + "ff020000000000000000000000000001"
                + "8800f3fa20000000" + "fd000000000000000000000000000005" + "0201021122334455"
        ),
        (
            "fe80::11:22ff:fe33:4455/64",
            "333300000001" + "021122334455" + "86dd" + "6000000000203aff"
                + "fe80000000000000001122fffe334455" + "ff020000000000000000000000000001"
                + "880025d220000000" + "fe80000000000000001122fffe334455" + "0201021122334455"
        ),
    ])
    func anIPv6AddressIsAnnouncedByAnAdvertisementThatOverrides(
        address: String, frame: String
    ) throws {
        #expect(try frames(address) == [frame])
    }

    /// IFA_F_OPTIMISTIC, with and without IFA_F_TENTATIVE.
    @Test(arguments: [0x04, 0x44] as [UInt32])
    func anOptimisticAddressOverridesNobody(flags: UInt32) throws {
        #expect(
            try frames("fd00::5/64", flags: flags) == [
                "333300000001" + "021122334455" + "86dd" + "6000000000203aff"
                    + "fd000000000000000000000000000005" + "ff020000000000000000000000000001"
                    + "880013fb00000000" + "fd000000000000000000000000000005" + "0201021122334455"
            ])
    }

    /// IFA_F_TENTATIVE; IFA_F_DADFAILED, with and without the others.
    @Test(arguments: [0x40, 0x08, 0x48, 0x4c] as [UInt32])
    func anAddressThatNobodyMayUseIsNotAnnounced(flags: UInt32) throws {
        #expect(try frames("fd00::5/64", flags: flags) == [])
    }
}
