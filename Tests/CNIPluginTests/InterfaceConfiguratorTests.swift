import CNI
import CNIPlugin
import Foundation
import Glibc
import LinuxSystem
import Netlink
import SRIOV
import Synchronization
import Testing

/// The kernel's own view of what the configurator does, in a namespace with a pair of veth.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct InterfaceConfiguratorTests {
    /// A network namespace `net1`--`peer`, both up, that goes with the fixture.
    final class Veth: Sendable {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        let host = SystemHost()

        init() throws {
            try run("netns", "add", name)
            try run("-n", name, "link", "add", "net1", "type", "veth", "peer", "name", "peer")
            for interface in ["lo", "net1", "peer"] {
                try run("-n", name, "link", "set", interface, "up")
            }
        }

        deinit {
            try? run("netns", "del", name)  // A leftover namespace fails no test.
        }

        func run(_ arguments: String...) throws {
            var process = ChildProcess(executable: "/usr/sbin/ip", environment: [:])
            process.arguments = arguments
            let outcome = try process.run(until: Deadline(after: .seconds(120)))
            let complaint = String(decoding: outcome.errorOutput, as: UTF8.self)
            try #require(outcome.ending == .exited(0), "\(arguments): \(complaint)")
        }

        func namespace() throws -> SystemNamespace {
            try host.openNamespace("/run/netns/\(name)")
        }

        func apply(_ result: CNIResult) throws {
            let namespace = try namespace()
            let link = try #require(try host.link(named: "net1", in: namespace))
            try InterfaceConfigurator(
                host: host, namespace: namespace, link: link, settling: .seconds(120)
            ) {
                Issue.record("\($0)")
            }.apply(result)
        }

        /// Has the kernel look for duplicates for an hour, a probe a second, so that whatever is to be seen meanwhile is.
        func detectForLong() throws {
            try host.setSysctl("ipv6/conf/net1/dad_transmits", "3600", in: namespace())
        }

        func addresses() throws -> [InterfaceAddress] {
            let namespace = try namespace()
            let link = try #require(try host.link(named: "net1", in: namespace))
            return try host.addresses(of: link, in: namespace)
        }

        /// The routes by net1 to other networks.
        func routes() throws -> [Route] {
            let namespace = try namespace()
            let link = try #require(try host.link(named: "net1", in: namespace))
            return try host.routes(in: namespace).filter {
                $0.interfaceIndex == link.index && $0.type == 1
            }
        }
    }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

    @Test func addressesAndRoutesOfBothFamiliesAreThereAndSettled() throws {
        let veth = try Veth()
        var result = CNIResult()
        result.addresses = [
            CNIResult.Address(try network("10.1.0.5/24"), gateway: IPAddress("10.1.0.1")),
            CNIResult.Address(try network("fd00::5/64"), gateway: IPAddress("fd00::1")),
        ]
        result.routes = [
            CNIResult.Route(try network("0.0.0.0/0")),
            CNIResult.Route(try network("::/0")),
            CNIResult.Route(
                try network("10.2.3.4/16"), gateway: IPAddress("10.1.0.2"), mtu: 1300,
                advertisedMSS: 1200, priority: 77, table: 1000),
        ]
        try veth.apply(result)
        let addresses = try veth.addresses()
        #expect(Set(addresses.map(\.network)).isSuperset(of: result.addresses.map(\.network)))
        // IFA_F_TENTATIVE
        let own = addresses.filter { $0.network.address == IPAddress("fd00::5") }
        #expect(own.map { $0.flags & 0x40 } == [0])
        let routes = try veth.routes()
        #expect(routes.contains { $0.isDefault && $0.gateway == IPAddress("10.1.0.1") })
        #expect(routes.contains { $0.isDefault && $0.gateway == IPAddress("fd00::1") })
        let special = try #require(routes.first { $0.priority == 77 })
        #expect(special.destination == (try network("10.2.0.0/16")))
        #expect(special.gateway == IPAddress("10.1.0.2"))
        #expect(special.table == 1000)
        #expect(special.mtu == 1300)
        #expect(special.advertisedMSS == 1200)
        let comparison = ResultComparison(expected: result, interfaceName: "net1") { _ in true }
        #expect(
            comparison.differences(ofRoutes: try veth.host.routes(in: veth.namespace())) == [])
    }

    @Test func whatARouteIsGivenReachesTheKernelInBothFamilies() throws {
        let veth = try Veth()
        var result = CNIResult()
        result.addresses = [
            CNIResult.Address(try network("10.1.0.5/24")),
            CNIResult.Address(try network("fd00::5/64")),
        ]
        result.routes = [
            // Zero is a value: without it a route without gateway is of scope link.
            CNIResult.Route(try network("10.3.0.0/16"), priority: 5, scope: 0),
            CNIResult.Route(try network("10.4.0.1/32"), table: 70000),
            CNIResult.Route(
                try network("fd03::/32"), gateway: IPAddress("fd00::1"), mtu: 1280,
                advertisedMSS: 1200, priority: 78, table: 1001),
        ]
        try veth.apply(result)
        let routes = try veth.routes()
        let near = try #require(routes.first { $0.destination == IPNetwork("10.3.0.0/16") })
        #expect(near.scope == 0)
        #expect(near.priority == 5)
        #expect(near.gateway == nil)
        let far = try #require(routes.first { $0.destination == IPNetwork("10.4.0.1/32") })
        #expect(far.table == 70000)
        let six = try #require(routes.first { $0.destination == IPNetwork("fd03::/32") })
        #expect(six.gateway == IPAddress("fd00::1"))
        #expect(six.table == 1001)
        #expect(six.priority == 78)
        #expect(six.mtu == 1280)
        #expect(six.advertisedMSS == 1200)
    }

    @Test func anIPv6AddressThatNoRouteNeedsIsNotWaitedFor() throws {
        let veth = try Veth()
        var result = CNIResult()
        result.addresses = [CNIResult.Address(try network("fd00::5/64"))]
        try veth.detectForLong()
        try veth.apply(result)
        let own = try veth.addresses().filter { $0.network.address == IPAddress("fd00::5") }
        // IFA_F_TENTATIVE, and not IFA_F_OPTIMISTIC: the kernel makes no chosen address optimistic.
        #expect(own.map { $0.flags & 0x44 } == [0x40])
    }

    @Test func aDetectionThatDoesNotEndIsWarnedOf() throws {
        let veth = try Veth()
        try veth.detectForLong()
        let namespace = try veth.namespace()
        let link = try #require(try veth.host.link(named: "net1", in: namespace))
        var result = CNIResult()
        result.addresses = [
            CNIResult.Address(try network("fd00::5/64"), gateway: IPAddress("fd00::1"))
        ]
        let warnings = Mutex<[String]>([])
        try InterfaceConfigurator(
            host: veth.host, namespace: namespace, link: link, settling: .milliseconds(100)
        ) { warning in warnings.withLock { $0.append(warning) } }.apply(result)
        #expect(
            warnings.withLock { $0 } == [
                "IPv6 addresses of net1 are still tentative after 0.1 seconds, proceeding anyway"
            ])
    }

    @Test func iPv6IsTurnedOnWhereTheRuntimeTurnedItOff() throws {
        let veth = try Veth()
        let namespace = try veth.namespace()
        for interface in ["lo", "net1"] {
            try veth.host.setSysctl(
                "ipv6/conf/\(interface)/disable_ipv6", "1", in: namespace)
        }
        var result = CNIResult()
        result.addresses = [CNIResult.Address(try network("fd00::5/64"))]
        try veth.apply(result)
        #expect(try veth.addresses().map(\.network).contains(try network("fd00::5/64")))
    }

    @Test(arguments: [("10.9.0.5/24", "10.9.0.1", "0.0.0.0/0"), ("fd09::5/64", "fd09::1", "::/0")])
    func aDefaultRouteOfAnotherInterfaceIsNoObstacle(
        address: String, gateway: String, destination: String
    ) throws {
        let veth = try Veth()
        try veth.run("-n", veth.name, "address", "add", address, "dev", "peer", "nodad")
        try veth.run("-n", veth.name, "route", "add", destination, "via", gateway, "dev", "peer")
        var result = CNIResult()
        result.addresses = [CNIResult.Address(try network("10.1.0.5/24"))]
        result.addresses.append(CNIResult.Address(try network("fd00::5/64")))
        let own = destination == "::/0" ? "fd00::1" : "10.1.0.1"
        result.routes = [
            CNIResult.Route(try network(destination), gateway: IPAddress(own))
        ]
        try veth.apply(result)
        let comparison = ResultComparison(expected: result, interfaceName: "net1") { _ in true }
        #expect(
            comparison.differences(ofRoutes: try veth.host.routes(in: veth.namespace())) == [])
    }

    @Test func anIPv6AddressThatAnotherStationHasIsRefused() throws {
        let veth = try Veth()
        let other = veth.name + "x"
        try veth.run("netns", "add", other)
        defer { try? veth.run("netns", "del", other) }  // A leftover namespace fails no test.
        try veth.run("-n", veth.name, "link", "set", "peer", "netns", other)
        try veth.run("-n", other, "link", "set", "peer", "up")
        try veth.run("-n", other, "address", "add", "fd00::5/64", "dev", "peer", "nodad")
        try veth.detectForLong()
        var result = CNIResult()
        result.addresses = [
            CNIResult.Address(try network("fd00::5/64"), gateway: IPAddress("fd00::1"))
        ]
        let error = #expect(throws: CNIError.self) { try veth.apply(result) }
        #expect(
            error
                == CNIError(
                    .addressManagementFailed,
                    "another station on the network of net1 has the address fd00::5"))
    }

    @Test func aRouteThatCannotBeIsTold() throws {
        let veth = try Veth()
        var result = CNIResult()
        result.addresses = [CNIResult.Address(try network("10.1.0.5/24"))]
        result.routes = [
            CNIResult.Route(try network("10.2.0.0/16"), gateway: IPAddress("192.168.77.1"))
        ]
        let error = #expect(throws: NetlinkError.self) { try veth.apply(result) }
        #expect(error?.errno.name == "ENETUNREACH")
    }
}
