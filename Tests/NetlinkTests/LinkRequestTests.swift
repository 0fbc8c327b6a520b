import LinuxSystem
import Testing

@testable import Netlink

/// Requests about links, byte by byte.
@Suite struct LinkRequestTests {
    private let kernel = FakeKernel(.acknowledgement(0))

    @Test func allSettingsTravelInOneMessage() throws {
        try kernel.routeSocket.setLink(
            index: 7, named: "eth0",
            LinkSettings(
                name: "net1", macAddress: MACAddress("02:11:22:33:44:55"), mtu: 9000, isUp: true,
                isPromiscuous: false, receivesAllMulticast: true, transmitQueueLength: 500,
                alias: "blue"))
        #expect(
            kernel.requests == [
                hex(
                    """
                    54000000 1300 0500 01000000 00000000   # 84 bytes, RTM_SETLINK, REQUEST|ACK
                    00 00 0000 07000000 01020000 01030000  # UP and ALLMULTI of UP, PROMISC, ALLMULTI
                    0900 0300 6e657431 00 000000           # IFLA_IFNAME "net1"
                    0a00 0100 021122334455 0000            # IFLA_ADDRESS
                    0800 0400 28230000                     # IFLA_MTU 9000
                    0800 0d00 f4010000                     # IFLA_TXQLEN 500
                    0900 1400 626c7565 00 000000           # IFLA_IFALIAS "blue"
                    """)
            ])
    }

    @Test func withoutAnIndexTheNameSaysWhichInterface() throws {
        try kernel.routeSocket.setLink(index: 0, named: "net1", LinkSettings(isUp: true))
        #expect(
            kernel.requests == [
                hex(
                    """
                    2c000000 1300 0500 01000000 00000000
                    00 00 0000 00000000 01000000 01000000
                    0900 0300 6e657431 00 000000
                    """)
            ])
    }

    @Test func nilLeavesFlagsAlone() throws {
        try kernel.routeSocket.setLink(index: 7, named: "eth0", LinkSettings(isUp: false))
        #expect(
            kernel.requests == [
                hex(
                    """
                    20000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 01000000
                    """)
            ])
    }

    @Test func anEmptyAliasIsSentToRemoveIt() throws {
        try kernel.routeSocket.setLink(index: 7, named: "eth0", LinkSettings(alias: ""))
        #expect(kernel.requests.first?.suffix(8) == hex("0500 1400 00 000000")[...])
    }

    @Test func alternativeNamesTravelAsProperties() throws {
        let socket = kernel.routeSocket
        try socket.addAlternativeName("x", toLink: 7, named: "eth0")
        try socket.removeAlternativeName("x", fromLink: 7, named: "eth0")
        #expect(
            kernel.requests == [
                hex(
                    """
                    2c000000 6c00 050e 01000000 00000000   # RTM_NEWLINKPROP, CREATE|EXCL|APPEND
                    00 00 0000 07000000 00000000 00000000
                    0c00 3480                              # IFLA_PROP_LIST
                    0600 3500 7800 0000                    # IFLA_ALT_IFNAME "x"
                    """),
                hex(
                    """
                    2c000000 6d00 0500 02000000 00000000   # RTM_DELLINKPROP
                    00 00 0000 07000000 00000000 00000000
                    0c00 3480
                    0600 3500 7800 0000
                    """),
            ])
    }

    @Test func moveAndRenameAreOneMessage() throws {
        let namespace = try NetworkNamespace.current()
        try kernel.routeSocket.moveLink(
            index: 7, named: "eth0", to: namespace, renamedTo: "net1")
        let descriptor = namespace.withDescriptor { $0 }
        #expect(
            kernel.requests == [
                hex(
                    """
                    34000000 1300 0500 01000000 00000000
                    00 00 0000 07000000 00000000 00000000
                    0800 1c00
                    """) + little(descriptor)  // IFLA_NET_NS_FD
                    + hex("0900 0300 6e657431 00 000000")
            ])
    }

    @Test func namesOfFifteenBytesGoIntoTheShortAttribute() throws {
        let kernel = FakeKernel(.link(index: 7, name: "abcdefghijklmno"))
        let socket = kernel.routeSocket
        #expect(try socket.link(named: "abcdefghijklmno")?.index == 7)
        #expect(try socket.link(named: "abcdefghijklmnop")?.index == 7)
        #expect(
            kernel.requests == [
                hex(
                    """
                    3c000000 1200 0100 01000000 00000000
                    00 00 0000 00000000 00000000 00000000
                    1400 0300 6162636465666768 696a6b6c6d6e6f00  # IFLA_IFNAME
                    0800 1d00 08000000                           # IFLA_EXT_MASK: SKIP_STATS
                    """),
                hex(
                    """
                    40000000 1200 0100 02000000 00000000
                    00 00 0000 00000000 00000000 00000000
                    1500 3500 6162636465666768 696a6b6c6d6e6f70 00 000000  # IFLA_ALT_IFNAME
                    0800 1d00 08000000
                    """),
            ])
    }

    @Test(arguments: ["", "a\0b", String(repeating: "x", count: 128)])
    func impossibleNamesAreNotLookedFor(_ name: String) throws {
        #expect(try kernel.routeSocket.link(named: KernelText(name)) == nil)
        #expect(kernel.requests.isEmpty)
    }

    @Test func aNameWithAZeroByteIsRefusedBeforeTheKernel() {
        #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.setLink(
                index: 7, named: "eth0", LinkSettings(name: "a\0b"))
        }
        #expect(kernel.requests.isEmpty)
    }

    @Test func aTextThatFitsNoMessageIsRefusedBeforeTheKernel() {
        let alias = String(repeating: "x", count: 70000)
        let error = #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.setLink(
                index: 7, named: "eth0", LinkSettings(alias: KernelText(alias)))
        }
        #expect(error?.errno == .messageTooLong)
        #expect(kernel.requests.isEmpty)
    }

    @Test func listsAreAskedForInOneDump() throws {
        let kernel = FakeKernel(.done())
        #expect(try kernel.routeSocket.links() == [])
        #expect(
            kernel.requests == [
                hex(
                    """
                    28000000 1200 0103 01000000 00000000   # RTM_GETLINK, REQUEST|DUMP
                    00 00 0000 00000000 00000000 00000000
                    0800 1d00 08000000
                    """)
            ])
    }
}
