import LinuxSystem
import Testing

@testable import Netlink

/// Requests about addresses and routes, byte by byte.
@Suite struct AddressRequestTests {
    private let kernel = FakeKernel(.acknowledgement(0))

    @Test func ipv4AddressHasNoBroadcast() throws {
        let network = try #require(IPNetwork("10.1.0.5/24"))
        try kernel.routeSocket.addAddress(
            InterfaceAddress(network: network), toLink: 7, named: "net1",
            noDuplicateDetection: true)
        #expect(
            kernel.requests == [
                hex(
                    """
                    28000000 1400 0506 01000000 00000000  # RTM_NEWADDR, REQUEST|ACK|CREATE|EXCL
                    02 18 00 00 07000000                  # ifaddrmsg: AF_INET, /24, index 7
                    0800 0200 0a010005                    # IFA_LOCAL
                    0800 0100 0a010005                    # IFA_ADDRESS
                    """)
            ])
    }

    @Test func ipv6AddressCanSkipDuplicateDetection() throws {
        let network = try #require(IPNetwork("fd00::5/64"))
        let address = InterfaceAddress(network: network)
        let socket = kernel.routeSocket
        try socket.addAddress(
            address, toLink: 7, named: "net1", noDuplicateDetection: true)
        try socket.removeAddress(address, fromLink: 7, named: "net1")
        #expect(
            kernel.requests == [
                hex(
                    """
                    48000000 1400 0506 01000000 00000000
                    0a 40 00 00 07000000
                    1400 0200 fd000000000000000000000000000005
                    1400 0100 fd000000000000000000000000000005
                    0800 0800 02000000                    # IFA_FLAGS: IFA_F_NODAD
                    """),
                hex(
                    """
                    40000000 1500 0500 02000000 00000000  # RTM_DELADDR
                    0a 40 00 00 07000000
                    1400 0200 fd000000000000000000000000000005
                    1400 0100 fd000000000000000000000000000005
                    """),
            ])
    }

    @Test func routeWithEverything() throws {
        try kernel.routeSocket.addRoute(
            Route(
                destination: try #require(IPNetwork("10.2.3.4/16")), gateway: IPAddress("10.1.0.1"),
                interfaceIndex: 7, table: 1000, priority: 50, mtu: 1400, advertisedMSS: 1360))
        #expect(
            kernel.requests == [
                hex(
                    """
                    58000000 1800 0506 01000000 00000000  # RTM_NEWROUTE, REQUEST|ACK|CREATE|EXCL
                    02 10 00 00 00 03 00 01 00000000      # rtmsg: /16, boot, global, unicast
                    0800 0100 0a020000                    # RTA_DST without the bits after the prefix
                    0800 0500 0a010001                    # RTA_GATEWAY
                    0800 0400 07000000                    # RTA_OIF
                    0800 0f00 e8030000                    # RTA_TABLE 1000
                    0800 0600 32000000                    # RTA_PRIORITY
                    1400 0880                             # RTA_METRICS
                    0800 0200 78050000                    # RTAX_MTU 1400
                    0800 0800 50050000                    # RTAX_ADVMSS 1360
                    """)
            ])
    }

    @Test func defaultRouteOnTheLink() throws {
        let route = Route(
            destination: try #require(IPNetwork("0.0.0.0/0")), interfaceIndex: 7, table: 100)
        let socket = kernel.routeSocket
        try socket.addRoute(route)
        try socket.removeRoute(route)
        #expect(
            kernel.requests == [
                hex(
                    """
                    24000000 1800 0506 01000000 00000000
                    02 00 00 00 64 03 fd 01 00000000      # table 100, scope link
                    0800 0400 07000000
                    """),
                hex(
                    """
                    24000000 1900 0500 02000000 00000000  # RTM_DELROUTE
                    02 00 00 00 64 00 ff 01 00000000      # any protocol, any scope
                    0800 0400 07000000
                    """),
            ])
    }

    @Test func ipv4RouteByAnIPv6Gateway() throws {
        try kernel.routeSocket.addRoute(
            Route(
                destination: try #require(IPNetwork("0.0.0.0/0")), gateway: IPAddress("fe80::1"),
                interfaceIndex: 7))
        #expect(
            kernel.requests == [
                hex(
                    """
                    3c000000 1800 0506 01000000 00000000
                    02 00 00 00 fe 03 00 01 00000000
                    1600 1200 0a00 fe800000000000000000000000000001 0000  # RTA_VIA
                    0800 0400 07000000
                    """)
            ])
    }

    @Test func tablesAreFilteredByTheKernel() throws {
        let kernel = FakeKernel(.done())
        #expect(try kernel.routeSocket.routes(ofFamily: .ipv6, table: 254) == [])
        #expect(
            kernel.requests == [
                hex(
                    """
                    24000000 1a00 0103 01000000 00000000  # RTM_GETROUTE, REQUEST|DUMP
                    0a 00 00 00 00 00 00 00 00000000
                    0800 0f00 fe000000                    # RTA_TABLE 254
                    """)
            ])
    }
}
