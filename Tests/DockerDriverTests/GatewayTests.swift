import DockerDriver
import SRIOV
import SimulatedHost
import Testing

/// What Join says of the way out of a container.
@Suite struct GatewayTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let data: String
        var more = ""
        var address = "10.9.0.2/24"
        var ipv6 = ""
        /// The members that Join's reply has besides those of the interface.
        let reply: String
    }

    private static let ipv4 = #"{"Pool":"10.9.0.0/24","Gateway":"10.9.0.1/24"}"#
    private static let ipv6 = #"{"Pool":"fd00:9::/64","Gateway":"fd00:9::1/64"}"#

    static let cases = [
        Case(
            testDescription: "both families",
            data: #""IPv4Data":[\#(ipv4)],"IPv6Data":[\#(ipv6)]"#, ipv6: "fd00:9::2/64",
            reply: #""DisableGatewayService":false,"Gateway":"10.9.0.1","GatewayIPv6":"fd00:9::1""#),
        Case(
            testDescription: "a gateway of a family in which the endpoint has no address",
            data: #""IPv4Data":[\#(ipv4)],"IPv6Data":[\#(ipv6)]"#,
            reply: #""DisableGatewayService":false,"Gateway":"10.9.0.1""#),
        Case(
            testDescription: "IPv6 alone", data: #""IPv4Data":[],"IPv6Data":[\#(ipv6)]"#,
            address: "", ipv6: "fd00:9::2/64",
            reply: #""DisableGatewayService":true,"GatewayIPv6":"fd00:9::1""#),
        Case(
            testDescription: "an internal network", data: #""IPv4Data":[\#(ipv4)],"IPv6Data":[]"#,
            more: #","com.docker.network.internal":true"#, reply: #""DisableGatewayService":true"#),
        Case(
            testDescription: "the null IPAM driver",
            data: #""IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0"}],"IPv6Data":[]"#,
            address: "", reply: #""DisableGatewayService":true"#),
        Case(
            testDescription: "an empty gateway",
            data: #""IPv4Data":[{"Pool":"10.9.0.0/24","Gateway":""}],"IPv6Data":[]"#,
            reply: #""DisableGatewayService":true"#),
        Case(
            testDescription: "the gateway of the endpoint's own subnet",
            data: #""IPv4Data":[\#(ipv4),{"Pool":"10.8.0.0/16","Gateway":"10.8.0.7/16"}]"#,
            address: "10.8.3.4/16", reply: #""DisableGatewayService":false,"Gateway":"10.8.0.7""#),
        Case(
            testDescription: "an address of no subnet", data: #""IPv4Data":[\#(ipv4)]"#,
            address: "10.7.0.2/24", reply: #""DisableGatewayService":true"#),
    ]

    @Test(arguments: cases)
    func joinNamesTheGateway(_ example: Case) throws {
        let fixture = try DriverFixture()
        try fixture.success(
            "CreateNetwork",
            networkRequest(#""parent":"pf0""#, more: example.more, data: example.data))
        try fixture.success(
            "CreateEndpoint", endpointRequest(address: example.address, ipv6: example.ipv6))
        // What Join answers is settled by then: a network that is forgotten meanwhile is no obstacle.
        try fixture.store().removeNetwork("n1", of: "docker")
        #expect(
            try fixture.success(
                "Join", reference("e1", #","SandboxKey":"/var/run/docker/netns/a""#))
                == "{\(example.reply),"
                + #""InterfaceName":{"DstPrefix":"eth","SrcName":"pf0v0"},"StaticRoutes":[]}"#)
    }
}
