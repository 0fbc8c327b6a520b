import DockerDriver
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Networks: what is kept of them, and for how long.
@Suite struct NetworkTests {
    struct Definition: Sendable, CustomTestStringConvertible {
        let request: String
        let definition: String

        var testDescription: String { definition }
    }

    static let definitions = [
        Definition(
            request: networkRequest(#""parent":"pf0""#),
            definition: #"{"gateways":[{"gateway":"10.9.0.1","pool":"10.9.0.0/24"}],"#
                + #""internal":false,"mode":"sriov","options":{},"#
                + #""pf":{"address":"0000:01:00.0","name":"pf0"},"version":1}"#),
        Definition(
            request: networkRequest(
                #""netdevice":"0000:01:00.0","vlan":"0100","vlan_qos":"3","vlan_proto":"802.1ad","#
                    + #""spoofchk":"off","trust":"true","link_state":"enable","min_tx_rate":"1","#
                    + #""max_tx_rate":"2","mtu":"9000","prefix":"net","mode":"sriov""#,
                data: #""IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0"}],"IPv6Data":[]"#),
            definition: #"{"gateways":[],"internal":false,"mode":"sriov","options":{"#
                + #""link_state":"enable","max_tx_rate":"2","min_tx_rate":"1","mtu":"9000","#
                + #""prefix":"net","spoofchk":"off","trust":"on","vlan":"100","#
                + #""vlan_proto":"802.1ad","vlan_qos":"3"},"#
                + #""pf":{"address":"0000:01:00.0","name":"pf0"},"version":1}"#),
        Definition(
            request: networkRequest(
                #""pool":"example.com/fast","privileged":"1","#
                    + #""com.docker.network.driver.mtu":"1400","#
                    + #""com.docker.network.container_iface_prefix":"data","#
                    + #""com.docker.network.bridge.name":"br0""#,
                more: #","com.docker.network.internal":true,"com.docker.network.enable_ipv4":true"#,
                data: #""IPv4Data":[{"Pool":"10.9.0.0/24"}],"#
                    + #""IPv6Data":[{"Pool":"fd00:9::/64","Gateway":"fd00:9::1/64","#
                    + #""AuxAddresses":{"a":"fd00:9::7/64"}}]"#),
            definition: #"{"gateways":[{"gateway":"fd00:9::1","pool":"fd00:9::/64"}],"#
                + #""internal":true,"mode":"sriov","options":{"mtu":"1400","prefix":"data","#
                + #""spoofchk":"off","trust":"on"},"pool":"example.com/fast","version":1}"#),
        Definition(
            request: networkRequest(
                #""parent":"pf0","mode":"passthrough","mtu":"9000""#,
                data: #""IPv4Data":null,"IPv6Data":null"#),
            definition: #"{"gateways":[],"internal":false,"mode":"passthrough","#
                + #""options":{"mtu":"9000"},"pf":{"address":"0000:01:00.0","name":"pf0"},"#
                + #""version":1}"#),
        Definition(
            request: networkRequest(
                #""parent":"pf0","privileged":"0","vlan":"0""#, data: #""X":1"#),
            definition: #"{"gateways":[],"internal":false,"mode":"sriov","#
                + #""options":{"spoofchk":"on","trust":"off","vlan":"0"},"#
                + #""pf":{"address":"0000:01:00.0","name":"pf0"},"version":1}"#),
    ]

    static let pools = """
        {"resourceList":[{"resourceName":"fast","resourcePrefix":"example.com",
        "selectors":{"pfNames":["pf0"]}}]}
        """

    @Test(arguments: definitions)
    func aNetworkIsKeptAsItWasDefined(_ example: Definition) throws {
        let fixture = try DriverFixture(pools: Self.pools)
        let before = fixture.host.kernel
        #expect(try fixture.success("CreateNetwork", example.request) == "{}")
        let networks = try fixture.store().networks(of: "docker")
        #expect(networks.map(\.definition) == [example.definition])
        #expect(networks.map(\.identifier) == ["n1"])
        // No hardware is touched for a network.
        #expect(fixture.host.kernel == before)
        #expect(fixture.warnings == [])
    }

    @Test func theSameNetworkMayComeTwiceButNotAnother() throws {
        let fixture = try DriverFixture()
        let request = networkRequest(#""parent":"pf0","vlan":"100""#)
        try fixture.success("CreateNetwork", request)
        #expect(try fixture.success("CreateNetwork", request) == "{}")
        let other = try fixture.call(
            "CreateNetwork", networkRequest(#""parent":"pf0","vlan":"101""#))
        #expect(other.status.rawValue == 409)
        #expect(other.text == (try failure("network n1 exists with another definition")))
        #expect(try fixture.store().networks(of: "docker").count == 1)
    }

    @Test func networksOfOneVLANMayShareAPF() throws {
        let fixture = try DriverFixture()
        for id in ["n1", "n2"] {
            try fixture.success(
                "CreateNetwork", networkRequest(#""parent":"pf0","vlan":"5""#, id: id))
        }
        let first = try fixture.run("e1", network: "n1")
        let second = try fixture.run("e2", network: "n2")
        #expect(fixture.info(first.function)?.vlan.identifier == 5)
        #expect(fixture.info(second.function)?.vlan.identifier == 5)
        #expect(first.function != second.function)
    }

    @Test func deletionForgetsANetworkAndMayBeRepeated() throws {
        let fixture = try DriverFixture()
        try fixture.success("CreateNetwork", networkRequest(#""parent":"pf0""#))
        #expect(try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#) == "{}")
        #expect(try fixture.store().networks(of: "docker") == [])
        #expect(try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#) == "{}")
        #expect(try fixture.success("DeleteNetwork", #"{"NetworkID":"never"}"#) == "{}")
        #expect(fixture.warnings == [])
    }

    @Test func aParentWithoutVFsIsTakenWithAWarning() throws {
        let fixture = try DriverFixture(.withVFs(0))
        try fixture.success(
            "CreateNetwork", networkRequest(#""parent":"pf0""#, id: "0123456789abcdef"))
        #expect(fixture.warnings == ["pf0, parent of network 0123456789ab, has no VFs yet"])
        let reply = try fixture.call("CreateEndpoint", endpointRequest(network: "0123456789abcdef"))
        #expect(reply.status.rawValue == 503)
        #expect(reply.text == (try failure("pf0 has no free VF among its 0")))
        fixture.host.withKernel { $0.addVFs(2, to: SimulatedHost.pfAddress()) }
        _ = try fixture.run(network: "0123456789abcdef")
    }

    @Test func anEndpointOfAnUnknownNetworkIsRefused() throws {
        let fixture = try DriverFixture()
        let before = fixture.host.kernel
        let reply = try fixture.call("CreateEndpoint", endpointRequest(network: "0123456789abcdef"))
        #expect(reply.status.rawValue == 410)
        #expect(
            reply.text
                == (try failure(
                    "network 0123456789ab is not known to vfmap, it must be removed and created "
                        + "again")))
        #expect(fixture.host.kernel == before)
    }

    @Test(arguments: [
        ("{}", "version: is not 1"), (#"{"version":2}"#, "version: is not 1"),
        ("", "a value is missing at byte 0"),
        (
            #"{"version":1,"options":{"vlan":"x"}}"#,
            #"vlan: must be an integer from 0 to 4094, not "x""#
        ),
        (#"{"version":1,"mode":"sriov"}"#, "pf: must have an address and a name"),
        (
            #"{"version":1,"mode":"x","pf":{"address":"0000:01:00.0","name":"pf0"}}"#,
            "mode: is not known"
        ),
        (
            #"{"version":1,"gateways":[{"pool":"10.0.0.0/8"}],"pool":"fast"}"#,
            "gateways[0].pool: must be there with its gateway"
        ),
    ])
    func aDefinitionThatCannotBeReadIsToldToTheContainersUser(
        definition: String, problem: String
    ) throws {
        let fixture = try DriverFixture()
        try fixture.store().insert(
            NetworkRecord(
                frontEnd: "docker", identifier: "n1", definition: definition, created: 0))
        let reply = try fixture.call("CreateEndpoint", endpointRequest())
        #expect(reply.status.rawValue == 500)
        #expect(
            reply.text
                == (try failure(
                    "network n1: its definition in the state file is unusable: \(problem)")))
        // It can be got rid of.
        try fixture.success("DeleteNetwork", #"{"NetworkID":"n1"}"#)
        #expect(try fixture.store().networks(of: "docker") == [])
    }
}
