import LinuxSystem
import Testing

@testable import Netlink

/// Addresses and routes of the real kernel, compared with what ip(8) shows.
@Suite(.needsRoot) struct KernelAddressTests {
    /// A namespace with the two ends of a cable, up: a0 with the index given.
    private func cable() throws -> (TestNamespace, index: Int32) {
        let inside = try TestNamespace()
        try inside.ip("link add a0 type veth peer name a1")
        try inside.ip("link set a0 addrgenmode none up")
        try inside.ip("link set a1 addrgenmode none up")
        return (inside, try inside.link("a0").index)
    }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

    @Test func addressesComeAndGo() throws {
        let (inside, index) = try cable()
        let socket = inside.socket
        let ipv4 = InterfaceAddress(network: try network("10.1.0.5/24"))
        let ipv6 = InterfaceAddress(network: try network("fd00::5/64"))
        try socket.addAddress(ipv4, toLink: index, named: "a0")
        try socket.addAddress(ipv6, toLink: index, named: "a0", noDuplicateDetection: true)

        let infos = try #require(
            try inside.list("address show dev a0").first?["addr_info"] as? [[String: Any]])
        #expect(infos.map { $0["local"] as? String } == ["10.1.0.5", "fd00::5"])
        #expect(infos.map { $0["prefixlen"] as? Int } == [24, 64])
        #expect(infos.map { $0["scope"] as? String } == ["global", "global"])
        #expect(infos[0]["broadcast"] == nil)
        #expect(infos[1]["nodad"] as? Bool == true)
        #expect(infos[1]["tentative"] == nil)

        let addresses = try socket.addresses(ofLink: index)
        #expect(addresses.map(\.network) == [ipv4.network, ipv6.network])
        #expect(addresses.map(\.scope) == [0, 0])
        #expect(addresses.map(\.flags) == [0x80, 0x82])  // PERMANENT, NODAD

        for address in [ipv4, ipv6] {
            let taken = #expect(throws: NetlinkError.self) {
                try socket.addAddress(address, toLink: index, named: "a0")
            }
            #expect(taken?.errno == .exists)
            try socket.removeAddress(address, fromLink: index, named: "a0")
            let gone = #expect(throws: NetlinkError.self) {
                try socket.removeAddress(address, fromLink: index, named: "a0")
            }
            #expect(gone?.errno == .addressNotAvailable)
        }
        #expect(try socket.addresses(ofLink: index) == [])
    }

    @Test func addressesOfOtherInterfacesAreLeftOut() throws {
        let (inside, index) = try cable()
        try inside.ip("address add 10.9.0.1/24 dev a1")
        #expect(try inside.socket.addresses(ofLink: index) == [])
        #expect(try inside.socket.addresses(ofLink: 4711) == [])
    }

    @Test func routesWithEverything() throws {
        let (inside, index) = try cable()
        let socket = inside.socket
        try inside.ip("address add 10.1.0.5/24 dev a0")
        try inside.ip("address add fd00::5/64 dev a0 nodad")
        let routes = [
            Route(
                destination: try network("10.2.0.0/16"), gateway: IPAddress("10.1.0.1"),
                interfaceIndex: index, table: 1000, priority: 50, mtu: 1400, advertisedMSS: 1360),
            Route(
                destination: try network("0.0.0.0/0"), gateway: IPAddress("10.1.0.1"),
                interfaceIndex: index),
            Route(destination: try network("10.3.0.0/16"), interfaceIndex: index, table: 100),
            Route(
                destination: try network("fd01::/64"), gateway: IPAddress("fd00::1"),
                interfaceIndex: index, table: 1000, priority: 50, mtu: 1400, advertisedMSS: 1340),
            Route(
                destination: try network("::/0"), gateway: IPAddress("fd00::1"),
                interfaceIndex: index, priority: 1024),
        ]
        for route in routes { try socket.addRoute(route, throughLinkNamed: "a0") }

        let shown = try inside.list("route show table 1000")
        #expect(shown.count == 1)
        #expect(shown[0]["dst"] as? String == "10.2.0.0/16")
        #expect(shown[0]["gateway"] as? String == "10.1.0.1")
        #expect(shown[0]["metric"] as? Int == 50)
        let metrics = try #require((shown[0]["metrics"] as? [[String: Any]])?.first)
        #expect(metrics["mtu"] as? Int == 1400)
        #expect(metrics["advmss"] as? Int == 1360)
        #expect(try inside.list("-6 route show table 1000").first?["dst"] as? String == "fd01::/64")
        #expect(
            try inside.list("route show table 100").first?["scope"] as? String == "link")

        let all = try socket.routes()
        for route in routes { #expect(all.contains(route), "\(route)") }
        #expect(try socket.routes(ofFamily: .ipv4, table: 1000) == [routes[0]])
        #expect(try socket.routes(ofFamily: .ipv6, table: 1000) == [routes[3]])
        #expect(try socket.routes(table: 1000) == [routes[0], routes[3]])
        #expect(try socket.routes(table: 77) == [])
        #expect(try socket.routes(ofFamily: .ipv4, table: 77) == [])

        for route in routes {
            let taken = #expect(throws: NetlinkError.self) { try socket.addRoute(route) }
            #expect(taken?.errno == .exists)
            try socket.removeRoute(route)
            let gone = #expect(throws: NetlinkError.self) { try socket.removeRoute(route) }
            #expect(gone?.errno == .noSuchProcess)
        }
        #expect(try socket.routes(table: 1000) == [])
    }

    @Test func aGatewayThatCannotBeReachedIsRefused() throws {
        let (inside, index) = try cable()
        let route = Route(
            destination: try network("0.0.0.0/0"), gateway: IPAddress("10.1.0.1"),
            interfaceIndex: index)
        let error = #expect(throws: NetlinkError.self) {
            try inside.socket.addRoute(route, throughLinkNamed: "a0")
        }
        #expect(
            error?.description
                == "add route default via 10.1.0.1 through a0: network is unreachable (ENETUNREACH): Nexthop has invalid gateway"
        )
    }

    @Test func defaultRoutesOfBothFamiliesNameTheirInterfaces() throws {
        let (inside, index) = try cable()
        let other = try inside.link("a1").index
        #expect(try inside.socket.defaultRouteInterfaces() == [])
        try inside.ip("address add 10.1.0.5/24 dev a0")
        try inside.ip("route add default via 10.1.0.1 dev a0 table 100")
        try inside.ip("route add 10.7.0.0/16 via 10.1.0.1 dev a0")
        try inside.ip("-6 route add unreachable default dev lo metric 5000")
        #expect(try inside.socket.defaultRouteInterfaces() == [])
        try inside.ip("-6 route add default dev a1")
        #expect(try inside.socket.defaultRouteInterfaces() == [other])
        try inside.ip("route add default via 10.1.0.1 dev a0")
        #expect(try inside.socket.defaultRouteInterfaces() == [index, other])
    }

    @Test func multipathDefaultRoutesNameAllTheirInterfaces() throws {
        let (inside, index) = try cable()
        let other = try inside.link("a1").index
        try inside.ip("address add 10.1.0.5/24 dev a0")
        try inside.ip("address add 10.2.0.5/24 dev a1")
        try inside.ip(
            "route add default nexthop via 10.1.0.1 dev a0 nexthop via 10.2.0.1 dev a1 weight 2")
        #expect(try inside.socket.defaultRouteInterfaces() == [index, other])
        #expect(
            try inside.socket.routes(ofFamily: .ipv4, table: 254).first(where: \.isDefault)?
                .nextHops == [
                    NextHop(gateway: IPAddress("10.1.0.1"), interfaceIndex: index),
                    NextHop(gateway: IPAddress("10.2.0.1"), interfaceIndex: other),
                ])
        try inside.ip("route del default")
        try inside.ip(
            "-6 route add default nexthop via fe80::1 dev a0 nexthop via fe80::2 dev a1")
        #expect(try inside.socket.defaultRouteInterfaces() == [index, other])
    }

    @Test func nexthopObjectsNameTheirInterfaces() throws {
        let (inside, index) = try cable()
        try inside.ip("address add 10.1.0.5/24 dev a0")
        try inside.ip("nexthop add id 7 via 10.1.0.1 dev a0")
        try inside.ip("route add default nhid 7")
        #expect(try inside.socket.defaultRouteInterfaces() == [index])
    }

    @Test func nexthopObjectsThatRoutesOnlyNameAreLookedUp() throws {
        let (inside, index) = try cable()
        let other = try inside.link("a1").index
        try inside.run("sysctl -qw net.ipv4.nexthop_compat_mode=0")
        try inside.ip("address add 10.1.0.5/24 dev a0")
        try inside.ip("address add fd00::5/64 dev a1 nodad")
        try inside.ip("nexthop add id 7 via 10.1.0.1 dev a0")
        try inside.ip("nexthop add id 8 group 7")
        try inside.ip("nexthop add id 9 via fd00::1 dev a1")
        try inside.ip("route add default nhid 8")
        #expect(try inside.socket.defaultRouteInterfaces() == [index])
        try inside.ip("-6 route add default nhid 9")
        #expect(try inside.socket.defaultRouteInterfaces() == [index, other])
    }

    @Test func ipv4RouteByAnIPv6Gateway() throws {
        let (inside, index) = try cable()
        let route = Route(
            destination: try network("0.0.0.0/0"), gateway: IPAddress("fe80::1"),
            interfaceIndex: index)
        try inside.socket.addRoute(route)
        #expect(try inside.socket.routes(ofFamily: .ipv4, table: 254) == [route])
    }
}
