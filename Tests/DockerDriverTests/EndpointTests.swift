import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@testable import DockerDriver

/// Endpoints: the VF that a container gets, what is set on it, and that all of it is undone.
@Suite struct EndpointTests {
    private static let vf = SimulatedHost.vfAddress(0)

    private func fixture(
        _ options: String = #""parent":"pf0""#, vfs: Int = 2, driver: SimulatedDriver = .igb,
        more: String = "", pools: String? = nil
    ) throws -> DriverFixture {
        let fixture = try DriverFixture(.withVFs(vfs, driver: driver), pools: pools)
        try fixture.success("CreateNetwork", networkRequest(options, more: more))
        return fixture
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [false, true])
    func aContainersLife(driver: SimulatedDriver, wasUp: Bool) throws {
        let fixture = try fixture(
            #""parent":"pf0","vlan":"100","vlan_qos":"3","spoofchk":"off","max_tx_rate":"200","#
                + #""mtu":"1400""#,
            driver: driver)
        fixture.host.withKernel { $0.vfs[Self.vf]?.hasBeenUp = wasUp }
        let before = fixture.machine
        let container = try fixture.run(mac: "02:11:22:33:44:55")
        #expect(container.creation == #"{"Interface":{}}"#)
        #expect(
            container.joining.encoded()
                == Array(
                    (#"{"DisableGatewayService":false,"Gateway":"10.9.0.1","#
                        + #""InterfaceName":{"DstPrefix":"eth","SrcName":"pf0v0"},"#
                        + #""StaticRoutes":[]}"#).utf8))
        #expect(container.function == Self.vf)
        let info = fixture.info(Self.vf)
        #expect(info?.macAddress == MACAddress("02:11:22:33:44:55"))
        #expect(info?.vlans == [VLANTag(identifier: 100, qualityOfService: 3)])
        #expect(info?.spoofCheck == false)
        #expect(info?.trust == false)
        #expect(info?.transmitRate == TransmitRate(minimum: 0, maximum: 200))
        let link = fixture.interface(Self.vf)?.link
        #expect(link?.name == "eth0")
        #expect(link?.macAddress == MACAddress("02:11:22:33:44:55"))
        #expect(link?.mtu == 1400)
        #expect(link?.isUp == true)
        let record = try fixture.records.first
        #expect(record?.phase == .attached)
        #expect(
            record?.owner
                == AttachmentOwner(
                    frontEnd: "docker", network: "n1", container: "e1", interfaceName: nil))
        try fixture.stop(container)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
        #expect(fixture.warnings == [])
    }

    /// The PF's administration of one container's MAC must not keep the next from having its own.
    @Test(arguments: [SimulatedDriver.igb, .accepting])
    func oneVFServesContainersWithAndWithoutAMAC(driver: SimulatedDriver) throws {
        let fixture = try fixture(vfs: 1, driver: driver)
        let before = fixture.machine
        let own = try #require(fixture.interface(Self.vf)?.link.macAddress)
        for (round, mac) in ["02:aa:00:00:00:01", "", "02:aa:00:00:00:02", "02:aa:00:00:00:02", ""]
            .enumerated()
        {
            let container = try fixture.run("e\(round)", mac: mac)
            let expected = MACAddress(mac) ?? own
            #expect(fixture.interface(Self.vf)?.link.macAddress == expected)
            #expect(
                container.creation
                    == (mac.isEmpty
                        ? #"{"Interface":{"MacAddress":"\#(own)"}}"# : #"{"Interface":{}}"#))
            try fixture.stop(container)
            #expect(fixture.machine == before, "round \(round)")
            #expect(try fixture.records == [], "round \(round)")
        }
    }

    @Test func theEndpointsOwnOptionsGoBeforeTheNetworks() throws {
        let fixture = try fixture(
            #""parent":"pf0","vlan":"100","trust":"on","max_tx_rate":"200","prefix":"net""#)
        let before = fixture.machine
        let container = try fixture.run(
            options: #","vlan":"200","spoofchk":"off","max_tx_rate":"0","mtu":"1300","#
                + #""prefix":"data","com.docker.network.endpoint.dnsservers":["10.0.0.1"]"#)
        #expect(container.name == "data0")
        let info = fixture.info(Self.vf)
        #expect(info?.vlans == [VLANTag(identifier: 200)])
        #expect(info?.trust == true)
        #expect(info?.spoofCheck == false)
        #expect(info?.transmitRate == TransmitRate(minimum: 0, maximum: 0))
        #expect(fixture.interface(Self.vf)?.link.mtu == 1300)
        try fixture.stop(container)
        #expect(fixture.machine == before)
    }

    @Test func privilegedIsTrustWithoutSpoofCheck() throws {
        let fixture = try fixture(#""netdevice":"pf0","privileged":"1""#)
        let before = fixture.machine
        let container = try fixture.run()
        #expect(fixture.info(Self.vf)?.trust == true)
        #expect(fixture.info(Self.vf)?.spoofCheck == false)
        try fixture.stop(container)
        #expect(fixture.machine == before)
        let other = try fixture.run("e2", options: #","privileged":"0""#)
        #expect(fixture.info(Self.vf)?.trust == false)
        #expect(fixture.info(Self.vf)?.spoofCheck == true)
        try fixture.stop(other)
    }

    @Test func anInterfaceMayBeNamed() throws {
        let fixture = try fixture(#""parent":"pf0","prefix":"net""#)
        let container = try fixture.run(
            options: #","com.docker.network.endpoint.ifname":"storage""#)
        #expect(container.name == "storage")
        let names = try JSONObject(["reply": container.joining]).object("reply")?
            .object("InterfaceName")
        #expect(try names?.nonEmptyString("DstName") == "storage")
        #expect(try names?.nonEmptyString("DstPrefix") == "net")
        try fixture.stop(container)
    }

    /// dockerd 20.10 starts a container so: its last call is made before the move.
    @Test func aVFThatIsMovedAfterTheLastCallIsSettledByALookAtIt() throws {
        let fixture = try fixture(vfs: 1)
        fixture.host.withKernel { $0.vfs[Self.vf]?.hasBeenUp = true }
        let before = fixture.machine
        let mac = "02:11:22:33:44:55"
        let creation = try fixture.success("CreateEndpoint", endpointRequest(mac: mac))
        #expect(fixture.joined == [])
        let sandbox = "/var/run/docker/netns/e1"
        let joining = try fixture.success("Join", reference("e1", #","SandboxKey":"\#(sandbox)""#))
        let owner = AttachmentOwner(
            frontEnd: "docker", network: "n1", container: "e1", interfaceName: nil)
        #expect(fixture.joined == [owner])
        try fixture.success("ProgramExternalConnectivity", reference("e1", #","Options":{}"#))
        try fixture.success("EndpointOperInfo", reference())
        #expect(try fixture.records.map(\.phase) == [.joined])
        let container = try fixture.move("e1", "n1", sandbox, creation, joining, mac: mac)
        #expect(fixture.info(Self.vf)?.trust == true)
        #expect(try fixture.driver().confirmed(owner)?.phase == .attached)
        #expect(fixture.info(Self.vf)?.trust == false)
        try fixture.stop(container)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    static let refusals = [
        (
            endpointRequest(mac: "02:00"), 400,
            #"Interface.MacAddress: must be a MAC address, not "02:00""#
        ),
        (
            endpointRequest(mac: "01:00:5e:00:00:01"), 400,
            "Interface.MacAddress: must be a unicast address, not 01:00:5e:00:00:01"
        ),
        (
            endpointRequest(mac: "00:00:00:00:00:00"), 400,
            "Interface.MacAddress: must not be all zero"
        ),
        (
            endpointRequest(address: "10.9.0.2"), 400,
            #"Interface.Address: must be an IPv4 address with its prefix length, not "10.9.0.2""#
        ),
        (
            endpointRequest(ipv6: "10.9.0.2/24"), 400,
            "Interface.AddressIPv6: must be an IPv6 address with its prefix length, not "
                + #""10.9.0.2/24""#
        ),
        (
            endpointRequest(options: #","parent":"pf0""#), 400,
            "parent: is an option of a network, not of an endpoint"
        ),
        (
            endpointRequest(options: #","mode":"passthrough""#), 400,
            "mode: is an option of a network, not of an endpoint"
        ),
        (
            endpointRequest(options: #","vlan_qos":"1""#), 400, "vlan_qos: needs vlan"
        ),
        (
            endpointRequest(options: #","vlanid":"1""#), 400,
            "vlanid: is not a known option; there are link_state, max_tx_rate, min_tx_rate, mtu, "
                + "prefix, privileged, spoofchk, trust, vlan, vlan_proto, vlan_qos"
        ),
        (
            endpointRequest(options: #","com.docker.network.endpoint.ifname":"a/b""#), 400,
            "com.docker.network.endpoint.ifname: must be the name of an interface, not "
                + #""a/b""#
        ),
        (
            endpointRequest(options: #","com.docker.network.endpoint.ifname":"lo""#), 400,
            #"com.docker.network.endpoint.ifname: must be the name of an interface, not "lo""#
        ),
        // The driver's own refusals, with its words.
        (
            endpointRequest(options: #","vlan":"7","vlan_proto":"802.1ad""#), 422,
            "VF 0000:01:10.0: set VLAN of VF 0 of pf0: protocol not supported (EPROTONOSUPPORT)"
        ),
        (
            endpointRequest(options: #","link_state":"enable""#), 422,
            "VF 0000:01:10.0: set link state of VF 0 of pf0: operation not supported (EOPNOTSUPP)"
        ),
    ]

    @Test(arguments: refusals)
    func aRefusedEndpointLeavesNothing(request: String, status: Int, message: String) throws {
        let fixture = try fixture()
        let before = fixture.machine
        let reply = try fixture.call("CreateEndpoint", request)
        #expect(reply.text == (try failure(message)))
        #expect(reply.status.rawValue == status)
        #expect(reply.error == message)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func aPFThatIsDownIsNamedInTheRefusal() throws {
        let host = SimulatedHost.withVFs(1, isPFUp: false)
        let fixture = try DriverFixture(host)
        try fixture.success("CreateNetwork", networkRequest(#""parent":"pf0","max_tx_rate":"9""#))
        let before = fixture.machine
        let reply = try fixture.call("CreateEndpoint", endpointRequest())
        #expect(reply.status.rawValue == 422)
        #expect(
            reply.text
                == (try failure(
                    "VF 0000:01:10.0: set transmit rate of VF 0 of pf0: invalid argument (EINVAL); pf0 is "
                        + "down")))
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func whereNoVFIsLeftTheUserIsToldOfIt() throws {
        let fixture = try fixture(vfs: 2)
        let before = fixture.machine
        let containers = [try fixture.run("e1"), try fixture.run("e2", address: "10.9.0.3/24")]
        let reply = try fixture.call("CreateEndpoint", endpointRequest("e3"))
        #expect(reply.status.rawValue == 503)
        #expect(reply.text == (try failure("pf0 has no free VF among its 2")))
        for container in containers { try fixture.stop(container) }
        #expect(fixture.machine == before)
        try fixture.stop(try fixture.run("e3"))
    }

    @Test func anEndpointIsMadeOnce() throws {
        let fixture = try fixture()
        try fixture.success("CreateEndpoint", endpointRequest())
        let made = fixture.host.kernel
        let reply = try fixture.call("CreateEndpoint", endpointRequest())
        #expect(reply.status.rawValue == 409)
        #expect(reply.text == (try failure("endpoint e1 has VF 0000:01:10.0 already")))
        #expect(fixture.host.kernel == made)
        #expect(try fixture.records.count == 1)
    }

    @Test func aVFWithoutAnInterfaceIsNeverGiven() throws {
        let fixture = try fixture(vfs: 1)
        fixture.host.withKernel { $0.bind(Self.vf, to: nil) }
        let reply = try fixture.call("CreateEndpoint", endpointRequest())
        #expect(reply.status.rawValue == 503)
        #expect(reply.text == (try failure("pf0 has no free VF among its 1")))
        #expect(try fixture.records == [])
    }

    @Test func aVFThatLosesItsInterfaceBeforeTheMoveIsRefusedToTheMove() throws {
        let fixture = try fixture(vfs: 1)
        try fixture.success("CreateEndpoint", endpointRequest())
        fixture.host.withKernel { $0.bind(Self.vf, to: "vfio-pci") }
        let reply = try fixture.call("Join", reference("e1", #","SandboxKey":"/run/netns/x""#))
        #expect(reply.status.rawValue == 500)
        #expect(
            reply.text
                == (try failure("VF 0000:01:10.0 has lost its interface since it was reserved")))
    }

    @Test func callsForAnEndpointThatIsNotThereHarmNothing() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel
        for call in ["Leave", "DeleteEndpoint", "RevokeExternalConnectivity"] {
            #expect(try fixture.success(call, reference()) == "{}")
        }
        #expect(
            try fixture.success(
                "ProgramExternalConnectivity", reference("e1", #","Options":{}"#)) == "{}")
        #expect(try fixture.success("EndpointOperInfo", reference()) == #"{"Value":{}}"#)
        let join = try fixture.call("Join", reference("e1", #","SandboxKey":"/run/netns/x""#))
        #expect(join.status.rawValue == 410)
        #expect(join.text == (try failure("endpoint e1 has no VF, or has it no more")))
        let nowhere = try fixture.call("Join", reference())
        #expect(nowhere.text == (try failure("SandboxKey: missing")))
        #expect(fixture.host.kernel == before)
        #expect(fixture.warnings == [])
    }

    /// Which of both follow a failed Join depends on Docker's version, and either may come again.
    @Test func leaveAndDeletionMayBeRepeatedAndLeftOut() throws {
        let fixture = try fixture(#""parent":"pf0","vlan":"9""#, vfs: 1)
        let before = fixture.machine
        for calls in [
            ["DeleteEndpoint"], ["Leave", "DeleteEndpoint"],
            ["Leave", "Leave", "DeleteEndpoint", "DeleteEndpoint", "Leave"],
        ] {
            try fixture.success("CreateEndpoint", endpointRequest(mac: "02:00:00:00:00:09"))
            for call in calls { #expect(try fixture.success(call, reference()) == "{}") }
            #expect(fixture.machine == before, "\(calls)")
            #expect(try fixture.records == [], "\(calls)")
        }
    }

    @Test func theVFIsTakenFromAContainerThatDockerLeftItIn() throws {
        let fixture = try fixture(#""parent":"pf0","vlan":"9""#)
        let before = fixture.machine
        let container = try fixture.run()
        try fixture.success("Leave", reference())
        try fixture.success("DeleteEndpoint", reference())
        fixture.host.deleteNamespace(container.sandbox)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func theOperationalDescriptionNamesTheVF() throws {
        let fixture = try fixture(#""parent":"pf0","vlan":"100""#)
        try fixture.success("CreateEndpoint", endpointRequest())
        func value(_ phase: String) -> String {
            #"{"Value":{"driver":"igbvf","mac":"02:00:01:00:00:00","pf":"0000:01:00.0","#
                + #""pf_interface":"pf0","phase":"\#(phase)","vf":"0000:01:10.0","vf_index":"0","#
                + #""vlan":"100"}}"#
        }
        #expect(try fixture.success("EndpointOperInfo", reference()) == value("reserved"))
        try fixture.success("DeleteEndpoint", reference())
        _ = try fixture.run()
        #expect(try fixture.success("EndpointOperInfo", reference()) == value("attached"))
        try fixture.success("Leave", reference())
        #expect(try fixture.success("EndpointOperInfo", reference()) == value("leaving"))
    }

    @Test func publishedPortsAreToldToTheOperatorAndIgnored() throws {
        let fixture = try fixture()
        _ = try fixture.run(
            "0123456789abcdef",
            ports:
                #"[{"Proto":6,"IP":"","Port":80,"HostIP":"","HostPort":8080,"HostPortEnd":8080},"#
                + #"{"Proto":17,"Port":53,"HostPort":0},{"Proto":132,"Port":9,"HostPort":9},"#
                + #"{"Proto":250,"Port":1,"HostPort":2}]"#)
        let subject =
            "endpoint 0123456789ab: ports are not published on a VF, the container is reached at "
            + "its own address: "
        #expect(
            fixture.warnings == [subject + "8080:80/tcp, 53/udp, 9:9/sctp, 2:1/protocol 250"])
        _ = try fixture.run("fedcba9876543210", address: "10.9.0.3/24", ports: #"["80/tcp"]"#)
        #expect(fixture.warnings.last?.hasSuffix(": of a form that is not known") == true)
    }

    // MARK: Other sources of VFs

    @Test func aPoolGivesVFsOfSeveralPFs() throws {
        let host = SimulatedHost.withVFs(1)
        host.withKernel { kernel in
            kernel.addPF(bus: 2, name: "pf1", vfs: 1, driver: .igb, isUp: true)
        }
        let fixture = try DriverFixture(
            host,
            pools:
                #"{"resourceList":[{"resourceName":"all","selectors":{"pfNames":["pf0","pf1"]}}]}"#)
        try fixture.success("CreateNetwork", networkRequest(#""pool":"all","vlan":"7""#))
        let before = fixture.machine
        let first = try fixture.run("e1")
        let second = try fixture.run("e2", address: "10.9.0.3/24")
        #expect(
            [first.function, second.function]
                == [SimulatedHost.vfAddress(0), SimulatedHost.vfAddress(0, bus: 2)])
        let third = try fixture.call("CreateEndpoint", endpointRequest("e3"))
        #expect(third.text == (try failure("pool all has no free VF among its 2")))
        try fixture.stop(first)
        try fixture.stop(second)
        #expect(fixture.machine == before)
    }

    @Test func aPFIsGivenAsAWholeToOneContainer() throws {
        let fixture = try fixture(#""parent":"pf0","mode":"passthrough","mtu":"9000""#)
        let before = fixture.machine
        let container = try fixture.run(mac: "02:00:00:00:00:77")
        #expect(container.function == SimulatedHost.pfAddress())
        #expect(container.source == "vf000001000")
        let link = fixture.host.kernel.interfaces.values.first { $0.link.name == "eth0" }?.link
        #expect(link?.mtu == 9000)
        #expect(link?.macAddress == MACAddress("02:00:00:00:00:77"))
        #expect(
            try fixture.success("EndpointOperInfo", reference())
                == #"{"Value":{"driver":"igb","mac":"02:00:00:00:00:77","pf":"0000:01:00.0","#
                + #""phase":"attached"}}"#)
        let second = try fixture.call("CreateEndpoint", endpointRequest("e2"))
        #expect(second.status.rawValue == 409)
        let option = try fixture.call(
            "CreateEndpoint", endpointRequest("e3", options: #","vlan":"1""#))
        #expect(
            option.text
                == (try failure("vlan: is a setting of a VF, there is none in mode passthrough")))
        try fixture.stop(container)
        #expect(fixture.machine == before)
        #expect(try fixture.records == [])
    }

    @Test func aPFWithVFsInUseIsNotGivenAsAWhole() throws {
        let fixture = try fixture()
        try fixture.success(
            "CreateNetwork", networkRequest(#""parent":"pf0","mode":"passthrough""#, id: "whole"))
        _ = try fixture.run()
        let reply = try fixture.call("CreateEndpoint", endpointRequest("e2", network: "whole"))
        #expect(reply.status.rawValue == 409)
        #expect(reply.error?.hasPrefix("pf0 cannot be given away as a whole: ") == true)
    }

    @Test func aPFIsFoundUnderAnotherNameAndMissedWhenItIsGone() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            for (index, interface) in kernel.interfaces where interface.link.name == "pf0" {
                kernel.interfaces[index]?.link.name = "ens1f0"
            }
        }
        try fixture.stop(try fixture.run())
        fixture.host.withKernel { $0.unplug(SimulatedHost.pfAddress()) }
        let reply = try fixture.call("CreateEndpoint", endpointRequest("e2"))
        #expect(reply.status.rawValue == 410)
        #expect(reply.text == (try failure("PF pf0 (0000:01:00.0) is gone")))
    }
}
