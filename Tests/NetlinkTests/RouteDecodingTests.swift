import LinuxSystem
import Testing

@testable import Netlink

@Suite struct RouteDecodingTests {
    private func routes(_ messages: [UInt8]...) throws -> [Route] {
        let kernel = FakeKernel { request, _ in
            messages.map {
                .datagram(
                    TestMessage(type: 24, flags: 2, payload: $0).bytes(answering: request))
            } + [.datagram(TestMessage.done().bytes(answering: request))]
        }
        return try kernel.routeSocket.routes()
    }

    @Test func ipv4RouteWithMetrics() throws {
        let route = try routes(
            hex("02 10 00 00 fc 03 00 01 00000000") + attribute(15, little(UInt32(1000)))
                + attribute(1, [10, 2, 0, 0]) + attribute(5, [10, 1, 0, 1])
                + attribute(4, little(UInt32(7))) + attribute(6, little(UInt32(50)))
                + attribute(
                    8, attribute(2, little(UInt32(1400))) + attribute(8, little(UInt32(1360)))))
        #expect(
            route == [
                Route(
                    destination: try #require(IPNetwork("10.2.0.0/16")),
                    gateway: IPAddress("10.1.0.1"), interfaceIndex: 7, table: 1000, priority: 50,
                    mtu: 1400, advertisedMSS: 1360)
            ])
    }

    @Test func defaultsHaveTheSimplestSpelling() throws {
        let route = try routes(
            hex("02 18 00 00 fe 02 fd 01 00000000") + attribute(15, little(UInt32(254)))
                + attribute(1, [10, 1, 0, 0]) + attribute(4, little(UInt32(7))))
        #expect(
            route == [
                Route(destination: try #require(IPNetwork("10.1.0.0/24")), interfaceIndex: 7)
            ])
    }

    @Test func localRoutesKeepTableScopeAndType() throws {
        let route = try #require(
            try routes(
                hex("02 20 00 00 ff 02 fe 02 00000000") + attribute(15, little(UInt32(255)))
                    + attribute(1, [10, 1, 0, 5]) + attribute(4, little(UInt32(7)))
            ).first)
        #expect(route.table == 255)
        #expect(route.scope == 254)
        #expect(route.type == 2)
    }

    @Test func nextHopsOfAMultipathRoute() throws {
        let hops =
            hex("1000 00 00 03000000") + attribute(5, [10, 1, 0, 1])
            + hex("1000 00 01 05000000") + attribute(5, [10, 2, 0, 1])
        let route = try #require(
            try routes(hex("02 00 00 00 fe 03 00 01 00000000") + attribute(9, hops)).first)
        #expect(
            route.nextHops == [
                NextHop(gateway: IPAddress("10.1.0.1"), interfaceIndex: 3),
                NextHop(gateway: IPAddress("10.2.0.1"), interfaceIndex: 5),
            ])
        #expect(route.isDefault)
    }

    @Test func ipv4RouteByAnIPv6Gateway() throws {
        let via = [10, 0] + (IPAddress("fe80::1")?.bytes ?? [])
        let route = try #require(
            try routes(
                hex("02 00 00 00 fe 03 00 01 00000000") + attribute(18, via)
                    + attribute(4, little(UInt32(7)))
            ).first)
        #expect(route.gateway == IPAddress("fe80::1"))
        #expect(route.scope == nil)
    }

    @Test func rememberedDecisionsAndOtherFamiliesAreLeftOut() throws {
        #expect(
            try routes(
                hex("0a 80 00 00 fe 03 00 01 00020000"),  // RTM_F_CLONED
                hex("1c 14 00 00 fe 03 00 01 00000000"),  // AF_MPLS
                hex("80 20 00 00 fd 11 00 05 00000000")  // RTNL_FAMILY_IPMR
            ) == [])
    }

    @Test func aPrefixLongerThanTheAddressIsAnError() {
        let error = #expect(throws: NetlinkError.self) {
            try routes(hex("02 21 00 00 fe 03 00 01 00000000"))
        }
        #expect(error?.errno == .badMessage)
    }

    @Test func ownAddressOfAPointToPointInterface() throws {
        let address = TestMessage(
            type: 20, flags: 2,
            payload: hex("02 20 80 00 07000000") + attribute(1, [10, 1, 0, 9])
                + attribute(2, [10, 1, 0, 5]) + attribute(8, little(UInt32(0x280))))
        let other = TestMessage(
            type: 20, flags: 2, payload: hex("02 20 80 00 08000000") + attribute(1, [10, 1, 0, 9]))
        #expect(
            try FakeKernel(address, other, .done()).routeSocket.addresses(ofLink: 7) == [
                InterfaceAddress(
                    network: try #require(IPNetwork("10.1.0.5/32")), scope: 0, flags: 0x280)
            ])
    }
}
