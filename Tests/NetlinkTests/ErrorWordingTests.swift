import LinuxSystem
import Testing

@testable import Netlink

/// Every operation's refusal reads as a sentence that names what was tried on what.
@Suite struct ErrorWordingTests {
    private func words(_ body: (RouteSocket) throws -> Void) -> String? {
        let kernel = FakeKernel(.acknowledgement(-1))
        let error = #expect(throws: NetlinkError.self) { try body(kernel.routeSocket) }
        return error.map { "\($0)".replacing(": operation not permitted (EPERM)", with: "") }
    }

    @Test func links() throws {
        #expect(words { _ = try $0.link(index: 7) } == "look for interface with index 7")
        #expect(words { _ = try $0.link(named: "eth0") } == "look for interface eth0")
        #expect(words { _ = try $0.links() } == "list interfaces")
        #expect(
            words {
                try $0.setLink(index: 7, named: "eth0", LinkSettings(name: "net1", isUp: true))
            }
                == "set name net1, state up of interface eth0")
        #expect(
            words { try $0.addAlternativeName("blue", toLink: 7, named: "eth0") }
                == "add alternative name blue to interface eth0")
        #expect(
            words { try $0.removeAlternativeName("blue", fromLink: 7, named: "eth0") }
                == "remove alternative name blue from interface eth0")
        let namespace = try NetworkNamespace.current()
        #expect(
            words { try $0.moveLink(index: 7, named: "eth0", to: namespace, renamedTo: "net1") }
                == "move interface eth0 to namespace /proc/self/ns/net as net1")
        #expect(
            words { try $0.moveLink(index: 7, named: "eth0", to: namespace, renamedTo: nil) }
                == "move interface eth0 to namespace /proc/self/ns/net")
    }

    @Test(arguments: [
        (VFAttribute.macAddress(.zero), "set MAC address of VF 3 of pf0"),
        (.vlan(.none), "set VLAN of VF 3 of pf0"),
        (.transmitRate(TransmitRate(minimum: 0, maximum: 0)), "set transmit rate of VF 3 of pf0"),
        (.spoofCheck(true), "set spoof check of VF 3 of pf0"),
        (.trust(true), "set trust of VF 3 of pf0"),
        (.linkState(.automatic), "set link state of VF 3 of pf0"),
        (.rssQuery(true), "set RSS query of VF 3 of pf0"),
    ])
    func virtualFunctions(_ attribute: VFAttribute, _ expected: String) {
        #expect(words { try $0.setVF(attribute, index: 3, ofPF: 7, named: "pf0") } == expected)
    }

    @Test func addressesAndRoutes() throws {
        let address = InterfaceAddress(network: try #require(IPNetwork("10.1.0.5/24")))
        #expect(words { _ = try $0.addresses(ofLink: 7) } == "list addresses")
        #expect(
            words { try $0.addAddress(address, toLink: 7, named: "net1") }
                == "add address 10.1.0.5/24 to interface net1")
        #expect(
            words { try $0.removeAddress(address, fromLink: 7, named: "net1") }
                == "remove address 10.1.0.5/24 from interface net1")
        let route = Route(
            destination: try #require(IPNetwork("0.0.0.0/0")), gateway: IPAddress("10.1.0.1"),
            table: 100)
        #expect(words { _ = try $0.routes() } == "list routes")
        #expect(
            words { try $0.addRoute(route, throughLinkNamed: "net1") }
                == "add route default via 10.1.0.1 table 100 through net1")
        #expect(
            words { try $0.removeRoute(route) }
                == "remove route default via 10.1.0.1 table 100")
    }
}
