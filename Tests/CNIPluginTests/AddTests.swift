import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct AddTests {
    @Test func theContainerGetsItsInterfaceWithEverything() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(
            fixture.configuration(
                #""VLAN":100,"vlanQoS":3,"trust":"on","mac":"02:11:22:33:44:55","max_tx_rate":200"#
            ))
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":[{"mac":"02:11:22:33:44:55","#
                + #""mtu":1500,"name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
        let kernel = fixture.host.kernel
        let interface = try #require(fixture.interface)
        #expect(interface.namespace == 1)
        #expect(interface.link.name == "net1")
        #expect(interface.link.isUp)
        #expect(kernel.addresses.map(\.address.network.description) == ["10.1.0.5/24"])
        #expect(kernel.routes.map(\.route.gateway) == [IPAddress("10.1.0.1")])
        #expect(kernel.routes.map(\.route.interfaceIndex) == [interface.link.index])
        let info = try #require(kernel.vfs[SimulatedHost.vfAddress(0)]?.info)
        #expect(info.vlan == VLANTag(identifier: 100, qualityOfService: 3))
        #expect(info.trust == true)
        #expect(info.transmitRate.maximum == 200)
        #expect(fixture.complaint == "")
        #expect(fixture.ipam.calls == ["ADD c1 net1 /run/netns/c1 "])
    }

    @Test func theRecordKeepsWhatTakingTheAddressBackNeeds() throws {
        let fixture = try PluginFixture()
        let input = fixture.configuration(#""extra":[1,2]"#)
        try fixture.add(input, ["CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAME=p"])
        let record = try #require(fixture.store().attachments().first)
        #expect(record.phase == .attached)
        #expect(record.owner.description == "cni sriov-net c1/net1")
        let ipam = try IPAMRecord(parsing: try #require(record.frontEndData))
        #expect(ipam.type == "scripted")
        #expect(ipam.configuration == input)
        #expect(ipam.arguments == "IgnoreUnknown=1;K8S_POD_NAME=p")
        #expect(ipam.searchPath == fixture.ipam.directory)
        #expect(ipam.container == "c1")
        #expect(ipam.interfaceName == "net1")
        #expect(ipam.namespacePath == "/run/netns/c1")
    }

    @Test(arguments: [
        (
            "0.2.0",
            #"{"cniVersion":"0.2.0","dns":{},"ip4":{"gateway":"10.1.0.1","ip":"10.1.0.5/24","routes":[{"dst":"0.0.0.0/0"}]}}"#
        ),
        (
            "0.4.0",
            #"{"cniVersion":"0.4.0","dns":{},"interfaces":[{"mac":"02:00:01:00:00:00","name":"net1","sandbox":"/run/netns/c1"}],"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0,"version":"4"}],"routes":[{"dst":"0.0.0.0/0"}]}"#
        ),
        (
            "1.0.0",
            #"{"cniVersion":"1.0.0","interfaces":[{"mac":"02:00:01:00:00:00","mtu":1500,"name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"routes":[{"dst":"0.0.0.0/0"}]}"#
        ),
        (
            "1.1.0",
            #"{"cniVersion":"1.1.0","interfaces":[{"mac":"02:00:01:00:00:00","mtu":1500,"name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"routes":[{"dst":"0.0.0.0/0"}]}"#
        ),
    ])
    func theResultIsOfTheConfigurationsVersion(version: String, output: String) throws {
        let fixture = try PluginFixture()
        #expect(try fixture.add(fixture.configuration(version: version)) == output + "\n")
    }

    @Test(arguments: [
        #"{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.5/24","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]}}"#,
        #"{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.5/24","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}],"dns":{}}"#,
        #"{"cniVersion":"1.1.0","interfaces":[],"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":3}],"routes":[{"dst":"0.0.0.0/0"}]}"#,
        #"{"ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}]}"#,
    ])
    func theIPAMPluginMayAnswerInAnyVersion(answer: String) throws {
        let fixture = try PluginFixture(ipam: #"[ "$CNI_COMMAND" != ADD ] || echo '\#(answer)'"#)
        #expect(
            try fixture.add(fixture.configuration(version: "1.1.0"))
                == #"{"cniVersion":"1.1.0","interfaces":[{"mac":"02:00:01:00:00:00","mtu":1500,"#
                + #""name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
    }

    @Test func whatARouteOf1_1HasIsSetAndReported() throws {
        let fixture = try PluginFixture(
            ipam: """
                [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.1.0",
                "ips":[{"address":"10.1.0.5/24"}],"routes":[{"dst":"10.2.0.0/16","gw":"10.1.0.9",
                "mtu":1400,"advmss":1360,"priority":5,"table":100,"scope":0}]}'
                """)
        let output = try fixture.add(fixture.configuration(version: "1.1.0"))
        #expect(
            output.contains(
                #""routes":[{"advmss":1360,"dst":"10.2.0.0/16","gw":"10.1.0.9","mtu":1400,"#
                    + #""priority":5,"scope":0,"table":100}]"#), "\(output)")
        let index = try #require(fixture.interface?.link.index)
        #expect(
            fixture.host.kernel.routes.map(\.route) == [
                Route(
                    destination: try #require(IPNetwork("10.2.0.0/16")),
                    gateway: IPAddress("10.1.0.9"), interfaceIndex: index, table: 100, scope: 0,
                    priority: 5, mtu: 1400, advertisedMSS: 1360)
            ])
    }

    @Test func capabilitiesOfTheIPAMPluginArePassedOnUntouched() throws {
        let fixture = try PluginFixture()
        // Spacing, order, escapes and numbers are the runtime's: the document must be the very same bytes.
        let input = fixture.configuration(
            #"""
            "capabilities":{"ips":true,"infinibandGUID":true},  "runtimeConfig" : {
            "ips":["10.1.0.5/24","fd00::5/64"], "infinibandGUID":"c2:11:22:33:44:55:66:77",
            "ipRanges":[[{"subnet":"10.1.0.0/24"}]],"big":1e21,"text":"é\/" }
            """#)
        let result = try fixture.add(input)
        #expect(fixture.ipam.input(of: "ADD") == input)
        let check = input.dropLast() + #","prevResult":\#(result)}"#
        #expect(fixture.call("CHECK", String(check)).output == "")
        #expect(fixture.ipam.input(of: "CHECK") == String(check))
        #expect(fixture.call("DEL", input).status == 0)
        #expect(fixture.ipam.input(of: "DEL") == input)
    }

    @Test func bandwidthAndModesReachTheVF() throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        let input = fixture.configuration(
            #""mtu":1400,"promisc":true,"allmulti":"on","resetOnRelease":true,"#
                + #""runtimeConfig":{"bandwidth":{"egressRate":200000000,"egressBurst":1}}"#)
        try fixture.add(input)
        let link = try #require(fixture.interface?.link)
        #expect(link.mtu == 1400)
        #expect(link.isPromiscuous && link.receivesAllMulticast)
        let vf = SimulatedHost.vfAddress(0)
        #expect(fixture.host.kernel.vfs[vf]?.info.transmitRate.maximum == 200)
        #expect(fixture.call("DEL", input).status == 0)
        #expect(fixture.machine == before)
        #expect(fixture.host.kernel.resets == [vf])
    }

    @Test func aLinkStateThatIsNotSupportedIsAWarningOnlyWhereAskedFor() throws {
        let fixture = try PluginFixture()
        let answer = fixture.call("ADD", fixture.configuration(#""link_state":"enable""#))
        #expect(answer.output.contains(#""code":102"#))
        try fixture.add(
            fixture.configuration(#""link_state":"enable","linkStateIgnoreUnsupported":true"#))
        #expect(fixture.complaint.contains("level=warning msg=\"set link state of VF 0 of pf0"))
    }

    @Test func aNetworkWithoutIPAMHasNoAddresses() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(fixture.configuration(ipam: "{}"))
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":[{"mac":"02:00:01:00:00:00","#
                + #""mtu":1500,"name":"net1","pciID":"0000:01:10.0","#
                + #""sandbox":"/run/netns/c1"}]}"# + "\n")
        #expect(fixture.ipam.calls == [])
        #expect(try fixture.store().attachments().first?.frontEndData == nil)
    }

    @Test func theConfigurationsDNSIsForNetworksWhoseIPAMGivesNone() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(
            fixture.configuration(#""dns":{"nameservers":["10.0.0.53"]}"#, ipam: "{}"))
        #expect(
            output == #"{"cniVersion":"1.0.0","dns":{"nameservers":["10.0.0.53"]},"#
                + #""interfaces":[{"mac":"02:00:01:00:00:00","mtu":1500,"name":"net1","#
                + #""pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}]}"# + "\n")
    }

    @Test func theResultOfEarlierPluginsIsKept() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(
            fixture.configuration(
                #""prevResult":{"interfaces":[{"name":"eth0","sandbox":"/run/netns/c1"}],"#
                    + #""ips":[{"address":"10.9.0.5/24","interface":0}]}"#))
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":["#
                + #"{"name":"eth0","sandbox":"/run/netns/c1"},"#
                + #"{"mac":"02:00:01:00:00:00","mtu":1500,"name":"net1","pciID":"0000:01:10.0","#
                + #""sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.9.0.5/24","interface":0},"#
                + #"{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":1}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
    }

    @Test func theAddressesOfAVFWithoutInterfaceAreOnlyReported() throws {
        let fixture = try PluginFixture()
        fixture.host.withKernel { kernel in
            let address = SimulatedHost.vfAddress(0)
            kernel.vfs[address]?.function.driver = "vfio-pci"
            if let index = kernel.vfs[address]?.linkIndex { kernel.interfaces[index] = nil }
            kernel.vfs[address]?.linkIndex = nil
        }
        let output = try fixture.add(fixture.configuration(#""mac":"02:11:22:33:44:55""#))
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":[{"mac":"02:11:22:33:44:55","#
                + #""name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
        #expect(fixture.host.kernel.addresses == [])
        #expect(fixture.call("DEL").status == 0)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func iPv6IsTurnedOnAndRoutesKeepWhatTheyAreGiven() throws {
        let fixture = try PluginFixture(
            ipam: """
                echo '{"ips":[{"address":"fd00::5/64","gateway":"fd00::1"}],"routes":[
                {"dst":"fd01::7/32","priority":50,"table":100,"mtu":1400,"advmss":1360},
                {"dst":"10.2.0.0/16","scope":253}]}'
                """)
        try fixture.add()
        let kernel = fixture.host.kernel
        #expect(
            kernel.sysctls == [
                "1:ipv4/conf/net1/arp_notify": "1", "1:ipv6/conf/lo/disable_ipv6": "0",
                "1:ipv6/conf/net1/disable_ipv6": "0", "1:ipv6/conf/net1/keep_addr_on_down": "1",
                "1:ipv6/conf/net1/ndisc_notify": "1", "1:ipv6/conf/net1/optimistic_dad": "1",
            ])
        let index = try #require(fixture.interface?.link.index)
        let routes: Set<Route> = [
            Route(
                destination: try #require(IPNetwork("fd01::/32")), gateway: IPAddress("fd00::1"),
                interfaceIndex: index, table: 100, priority: 50, mtu: 1400, advertisedMSS: 1360),
            Route(
                destination: try #require(IPNetwork("10.2.0.0/16")), interfaceIndex: index,
                scope: 253),
        ]
        #expect(Set(kernel.routes.map(\.route)) == routes)
    }

    // MARK: When it fails

    @Test(
        arguments: [
            (
                #"[ "$CNI_COMMAND" = DEL ] || { echo '{"code":11,"msg":"full"}'; exit 1; }"#, 11,
                "full"
            ),
            (
                #"[ "$CNI_COMMAND" = DEL ] || echo '{}'"#, 105,
                "IPAM plugin scripted gave no address"
            ),
            (
                #"[ "$CNI_COMMAND" = DEL ] || echo '{"ips":[{"address":"10.0.0.1/8"},{"address":"10.0.0.1/8"}]}'"#,
                999, "add address of net1: file exists (EEXIST)"
            ),
        ] as [(String, UInt64, String)])
    func afterAFailureEverythingIsAsBefore(
        script: String, code: UInt64, message: String
    ) throws {
        let fixture = try PluginFixture(ipam: script)
        let before = fixture.machine
        let answer = fixture.call("ADD", fixture.configuration(#""vlan":7,"trust":"on""#))
        #expect(answer.status == 1)
        #expect(answer.output == (try errorDocument(code, message)))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(
            fixture.ipam.calls == [
                "ADD c1 net1 /run/netns/c1 ", "DEL c1 net1 /run/netns/c1 ",
            ])
    }

    @Test func anAddressThatIsNotTakenBackIsTold() throws {
        let fixture = try PluginFixture(
            ipam: #"[ "$CNI_COMMAND" = DEL ] && { echo locked >&2; exit 3; }; echo '{}'"#)
        let before = fixture.machine
        let answer = fixture.call("ADD")
        #expect(
            answer.output
                == (try errorDocument(
                    105,
                    "IPAM plugin scripted gave no address; "
                        + "IPAM plugin scripted ended with status 3 at DEL: locked")))
        #expect(fixture.machine == before)
    }

    @Test func theNextAddUndoesThatOfADeadWriter() throws {
        for step in 1... {
            let fixture = try PluginFixture()
            fixture.host.makeNamespace("/run/netns/c2")
            fixture.host.arm(.die(at: step))
            _ = fixture.call("ADD", fixture.configuration(#""vlan":7"#))
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            guard wasReached else {
                #expect(step > 15)
                break
            }
            // A writer that died while it told the neighbours had done everything else.
            if try fixture.store().attachments().map(\.phase) == [.attached] {
                #expect(fixture.call("DEL").status == 0, "step \(step)")
            }
            try fixture.add(nil, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
            let owners = try fixture.store().attachments().map(\.owner.container)
            #expect(owners == ["c2"], "step \(step)")
            let info = fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info
            #expect(info?.vlans == [], "step \(step)")
            let calls = fixture.ipam.calls
            if calls.contains("ADD c1 net1 /run/netns/c1 ") {
                #expect(calls.contains("DEL c1 net1 /run/netns/c1 "), "step \(step)")
            }
        }
    }

    @Test func whateverFailsAnAddAndItsDelLeaveNothingBehind() throws {
        for step in 1... {
            let fixture = try PluginFixture()
            let before = fixture.machine
            fixture.host.arm(.fail(at: step))
            let input = fixture.configuration(#""vlan":7,"mac":"02:11:22:33:44:55""#)
            let answer = fixture.call("ADD", input)
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            if answer.status == 1 {
                #expect(fixture.machine == before, "step \(step): \(answer.output)")
                #expect(try fixture.store().attachments() == [], "step \(step)")
            }
            #expect(fixture.call("DEL", input).status == 0, "step \(step)")
            #expect(fixture.machine == before, "step \(step)")
            #expect(try fixture.store().attachments() == [], "step \(step)")
            #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ", "step \(step)")
            if !wasReached { break }
        }
    }
}
