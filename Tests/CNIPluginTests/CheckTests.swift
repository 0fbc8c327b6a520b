import CNIPlugin
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct CheckTests {
    private let settings = #""vlan":7,"mac":"02:11:22:33:44:55""#

    /// CHECK with the result of ADD as prevResult.
    private func check(
        _ fixture: PluginFixture, after output: String, version: String = "1.0.0"
    ) -> (output: String, status: Int32) {
        fixture.call(
            "CHECK",
            fixture.configuration("\(settings),\"prevResult\":\(output)", version: version))
    }

    private func attached() throws -> (PluginFixture, String) {
        let fixture = try PluginFixture()
        return (fixture, try fixture.add(fixture.configuration(settings)))
    }

    @Test(arguments: ["0.4.0", "1.0.0", "1.1.0"])
    func nothingIsSaidWhenAllIsWell(version: String) throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(fixture.configuration(settings, version: version))
        #expect(check(fixture, after: output, version: version) == ("", 0))
        #expect(fixture.ipam.calls.last == "CHECK c1 net1 /run/netns/c1 ")
        #expect(fixture.complaint == "")
    }

    @Test func everyDifferenceIsNamed() throws {
        let (fixture, output) = try attached()
        fixture.host.withKernel { kernel in
            kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans = [VLANTag(identifier: 8)]
            kernel.addresses = []
            kernel.routes = []
        }
        let answer = check(fixture, after: output)
        #expect(answer.status == 1)
        for part in [
            #""code":106"#, "VLAN", "net1 does not have the address 10.1.0.5/24 of prevResult",
            "the route to 0.0.0.0/0 of prevResult is missing",
        ] {
            #expect(answer.output.contains(part), "\(answer.output)")
        }
    }

    @Test func anotherMACIsADifference() throws {
        let (fixture, output) = try attached()
        let other = output.replacing("02:11:22:33:44:55", with: "02:11:22:33:44:66")
        #expect(
            check(fixture, after: other).output
                == (try errorDocument(
                    106,
                    "MAC address of net1 is 02:11:22:33:44:55, prevResult has 02:11:22:33:44:66")))
    }

    @Test func anotherVFIsADifference() throws {
        let (fixture, output) = try attached()
        let other = output.replacing("0000:01:10.0", with: "0000:01:10.2")
        #expect(
            check(fixture, after: other).output
                == (try errorDocument(
                    106, "net1 is 0000:01:10.0, prevResult has 0000:01:10.2")))
    }

    @Test func whatARouteHasBesidesItsGatewayIsCompared() throws {
        let fixture = try PluginFixture(
            ipam: """
                [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.1.0",
                "ips":[{"address":"10.1.0.5/24"}],
                "routes":[{"dst":"10.2.0.0/16","mtu":1400,"advmss":1360,"priority":5}]}'
                """)
        let output = try fixture.add(fixture.configuration(settings))
        #expect(check(fixture, after: output) == ("", 0))
        for (old, new) in [
            ("1400", "1300"), ("1360", "1300"), (#""priority":5"#, #""priority":6"#),
        ] {
            #expect(
                check(fixture, after: output.replacing(old, with: new)).output
                    == (try errorDocument(
                        106, "the route to 10.2.0.0/16 of prevResult is missing")))
        }
    }

    @Test func aResultWithoutOurInterfaceIsADifference() throws {
        let (fixture, _) = try attached()
        #expect(
            check(fixture, after: "{}").output
                == (try errorDocument(
                    106, "prevResult has no interface net1 in /run/netns/c1")))
    }

    @Test func routesThatLaterPluginsAddDoNotMatter() throws {
        let (fixture, output) = try attached()
        let network = try #require(IPNetwork("10.7.0.0/16"))
        let container = try fixture.host.openNamespace("/run/netns/c1")
        try fixture.host.addRoute(Route(destination: network), in: container)
        #expect(check(fixture, after: output) == ("", 0))
    }

    @Test func theIPAMPluginsErrorIsPassedOn() throws {
        let fixture = try PluginFixture(
            ipam: PluginFixture.givesOneAddress
                + #"; [ "$CNI_COMMAND" != CHECK ] || { echo '{"code":100,"msg":"lost"}'; exit 1; }"#
        )
        let output = try fixture.add(fixture.configuration(settings))
        #expect(check(fixture, after: output).output == (try errorDocument(100, "lost")))
    }

    @Test func anAttachmentThatIsNotKnownIsAnError() throws {
        let fixture = try PluginFixture()
        let answer = check(fixture, after: "{}")
        #expect(
            answer.output
                == (try errorDocument(
                    100, "check c1/net1: there is no record of cni sriov-net c1/net1")))
    }

    @Test func thePreviousResultIsNeeded() throws {
        let (fixture, _) = try attached()
        #expect(
            fixture.call("CHECK").output
                == (try errorDocument(7, "prevResult: missing, CHECK needs it")))
    }

    @Test func versionsBeforeCheckAreRefused() throws {
        let (fixture, output) = try attached()
        #expect(
            check(fixture, after: output, version: "0.3.1").output
                == (try errorDocument(
                    1, "config version does not allow CHECK", version: "0.3.1")))
    }
}
