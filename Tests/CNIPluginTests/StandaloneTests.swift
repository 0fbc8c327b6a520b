import CNIPlugin
import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Networks without a device plugin: vfmap picks the VF; and VFs without a PF.
@Suite struct StandaloneTests {
    private func configuration(_ members: String) -> String {
        #"{"cniVersion":"1.1.0","name":"sriov-net","type":"sriov","#
            + #""ipam":{"type":"scripted"},\#(members)}"#
    }

    private func container(_ number: Int) -> [String: String] {
        ["CNI_CONTAINERID": "c\(number)", "CNI_NETNS": "/run/netns/c\(number)"]
    }

    private func held(_ fixture: PluginFixture) throws -> [String] {
        try fixture.store().attachments().map {
            "\($0.owner.container) \($0.function)"
        }
    }

    private func prepared(vfs: Int = 2) throws -> PluginFixture {
        let fixture = try PluginFixture(.withVFs(vfs))
        for number in 2...4 { fixture.host.makeNamespace("/run/netns/c\(number)") }
        return fixture
    }

    private func writeConfiguration(_ text: String, _ fixture: PluginFixture) throws -> String {
        let path = fixture.ipam.directory + "/config.json"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test(arguments: [#""pf":"pf0""#, #""pf":"0000:01:00.0""#])
    func theFirstFreeVFOfThePFIsTakenUntilThereIsNone(members: String) throws {
        let fixture = try prepared()
        let before = fixture.machine
        let input = configuration(members)
        #expect(
            try fixture.add(input, container(1))
                == #"{"cniVersion":"1.1.0","interfaces":[{"mac":"02:00:01:00:00:00","mtu":1500,"#
                + #""name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
        try fixture.add(input, container(2))
        #expect(try held(fixture) == ["c1 0000:01:10.0", "c2 0000:01:10.2"])
        #expect(
            fixture.call("ADD", input, container(3)).output
                == (try errorDocument(
                    101, "pf0 has no free VF among its 2", version: "1.1.0")))
        // DEL goes by the record.
        #expect(fixture.call("DEL", input, container(1)) == ("", 0))
        try fixture.add(input, container(3))
        #expect(try held(fixture) == ["c3 0000:01:10.0", "c2 0000:01:10.2"])
        for number in 1...3 {
            #expect(fixture.call("DEL", input, container(number)) == ("", 0))
        }
        #expect(fixture.machine == before)
    }

    @Test func aPoolIsThoseThatItsSelectorsSelect() throws {
        let fixture = try prepared(vfs: 4)
        let path = try writeConfiguration(
            #"""
            {"resourceList":[
            {"resourceName":"first","selectors":{"pfNames":["pf0#0"]}},
            {"resourceName":"rest","resourcePrefix":"example.com",
             "selectors":[{"pfNames":["pf0#0-1"]},{"rootDevices":["0000:01:00.0#3"]}]}]}
            """#, fixture)
        let variables = ["VFMAP_CONFIG": path]
        let rest = configuration(#""pool":"rest""#)
        for number in [1, 2] {
            try fixture.add(rest, container(number).merging(variables) { $1 })
        }
        #expect(try held(fixture) == ["c1 0000:01:10.2", "c2 0000:01:10.6"])
        #expect(
            fixture.call("ADD", rest, container(3).merging(variables) { $1 }).output
                == (try errorDocument(
                    101, "pool example.com/rest has no free VF among its 2", version: "1.1.0")))
        // Neither DEL nor CHECK needs the file.
        #expect(fixture.call("DEL", rest, container(1)) == ("", 0))
        try fixture.add(
            configuration(#""pool":"example.com/rest""#),
            container(3).merging(variables) { $1 })
        #expect(try held(fixture) == ["c3 0000:01:10.2", "c2 0000:01:10.6"])
    }

    @Test func parallelAddsShareAPFWithoutATie() throws {
        let fixture = try prepared(vfs: 4)
        let input = configuration(#""pf":"pf0""#)
        let statuses = Mutex<[Int32]>([])
        let variables = (1...4).map(container)
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            let status = fixture.call("ADD", input, variables[index]).status
            statuses.withLock { $0.append(status) }
        }
        #expect(statuses.withLock { $0 } == [0, 0, 0, 0])
        #expect(
            try fixture.store().attachments().map(\.function.description) == [
                "0000:01:10.0", "0000:01:10.2", "0000:01:10.4", "0000:01:10.6",
            ])
    }

    @Test(arguments: [#""pf":"pf0""#, #""pool":"all""#])
    func whateverFailsAChoiceAndItsDelLeaveNothingBehind(members: String) throws {
        for step in 1... {
            let fixture = try PluginFixture()
            let variables = [
                "VFMAP_CONFIG": try writeConfiguration(
                    #"{"resourceList":[{"resourceName":"all"}]}"#, fixture)
            ]
            let before = fixture.machine
            fixture.host.arm(.fail(at: step))
            let input = configuration(members + #","vlan":7"#)
            let answer = fixture.call("ADD", input, variables)
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            if answer.status == 1 {
                #expect(fixture.machine == before, "step \(step): \(answer.output)")
                #expect(try fixture.store().attachments() == [], "step \(step)")
            }
            #expect(fixture.call("DEL", input).status == 0, "step \(step)")
            #expect(fixture.machine == before, "step \(step)")
            #expect(try fixture.store().attachments() == [], "step \(step)")
            guard wasReached else {
                #expect(step > 15)
                break
            }
        }
    }

    @Test func aDeadWritersVFIsChosenOnceThereIsNoOther() throws {
        let fixture = try prepared(vfs: 1)
        fixture.host.arm(.die(at: 16))
        _ = fixture.call("ADD", configuration(#""pf":"pf0","vlan":7"#))
        #expect(fixture.host.faultWasReached)
        fixture.host.arm(.none)
        #expect(try held(fixture) == ["c1 0000:01:10.0"])
        try fixture.add(configuration(#""pf":"pf0""#), container(2))
        #expect(try held(fixture) == ["c2 0000:01:10.0"])
        #expect(fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans == [])
    }

    @Test func aMissingFileIsFineUnlessAPoolIsNamed() throws {
        let fixture = try prepared()
        let variables = ["VFMAP_CONFIG": "/nonexistent/config.json"]
        let before = fixture.host.kernel
        #expect(
            fixture.call("ADD", configuration(#""pool":"fast""#), variables).output
                == (try errorDocument(
                    7, #"pool: "fast" is not defined, there is no /nonexistent/config.json"#,
                    version: "1.1.0")))
        #expect(fixture.host.kernel == before)
        try fixture.add(configuration(#""pf":"pf0""#), variables)
    }

    @Test func aWrongFileIsNamedWithItsKey() throws {
        let fixture = try prepared()
        let path = try writeConfiguration(
            #"{"resourceList":[{"resourceName":"fast","selectors":{"pfNames":["pf0#x"]}}]}"#,
            fixture)
        let answer = fixture.call(
            "ADD", configuration(#""pool":"fast""#), ["VFMAP_CONFIG": path])
        #expect(
            answer.output
                == (try errorDocument(
                    7,
                    "\(path): resourceList[0].selectors.pfNames[0]: must be a PF, or a PF with "
                        + #"indexes of VFs such as ens1f0#0,2-5, not "pf0#x""#,
                    version: "1.1.0")))
        #expect(fixture.ipam.calls == [])
    }

    @Test func theResultNamesTheVFForADelWithoutARecord() throws {
        let fixture = try prepared()
        let output = try fixture.add(configuration(#""pf":"pf0","vlan":7"#))
        try fixture.store().remove(try #require(fixture.store().attachments().first))
        let input = configuration(#""pf":"pf0","vlan":7,"prevResult":\#(output)"#)
        #expect(fixture.call("DEL", input) == ("", 0))
        #expect(fixture.interface?.namespace == 0)
        #expect(fixture.interface?.link.name == "pf0v0")
        #expect(fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans == [])
    }

    // MARK: VFs whose PF is not visible

    /// A virtual machine that has one VF, and no PF.
    private func machineWithoutPF() throws -> PluginFixture {
        let host = SimulatedHost()
        host.withKernel { kernel in
            kernel.addVFWithoutPF(
                at: SimulatedHost.vfAddress(0), named: "ens5", mac: [2, 0, 0, 0, 0, 5])
        }
        return try PluginFixture(host)
    }

    @Test func withoutAPFMACAndAddressesAreSet() throws {
        let fixture = try machineWithoutPF()
        let before = fixture.machine
        let input = fixture.configuration(#""mac":"02:11:22:33:44:55""#)
        let output = try fixture.add(input)
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":[{"mac":"02:11:22:33:44:55","#
                + #""mtu":1500,"name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
        #expect(fixture.interface?.link.macAddress == MACAddress("02:11:22:33:44:55"))
        let check = fixture.configuration(
            #""mac":"02:11:22:33:44:55","prevResult":\#(output)"#)
        #expect(fixture.call("CHECK", check) == ("", 0))
        #expect(fixture.call("DEL", input) == ("", 0))
        #expect(fixture.machine == before)
        #expect(fixture.interface?.link.name == "ens5")
    }

    @Test(arguments: [
        (#""vlan":5"#, "VLAN"), (#""spoofchk":"off","trust":"on""#, "spoof check, trust"),
        (#""min_tx_rate":1,"max_tx_rate":2"#, "minimum rate, maximum rate"),
        (#""link_state":"auto""#, "link state"),
    ])
    func withoutAPFWhatItAloneCanDoIsNamed(members: String, names: String) throws {
        let fixture = try machineWithoutPF()
        let before = fixture.host.kernel
        #expect(
            fixture.call("ADD", fixture.configuration(members)).output
                == (try errorDocument(
                    102,
                    "the physical function of 0000:01:10.0 is not visible here, so its \(names) "
                        + "cannot be set")))
        #expect(fixture.host.kernel == before)
    }

    @Test func withoutAPFAndAnInterfaceThereIsNoMACEither() throws {
        let fixture = try machineWithoutPF()
        fixture.host.withKernel { kernel in
            let address = SimulatedHost.vfAddress(0)
            kernel.vfs[address]?.function.driver = "vfio-pci"
            if let index = kernel.vfs[address]?.linkIndex { kernel.interfaces[index] = nil }
            kernel.vfs[address]?.linkIndex = nil
        }
        #expect(
            fixture.call("ADD", fixture.configuration(#""mac":"02:11:22:33:44:55","vlan":5"#))
                .output
                == (try errorDocument(
                    102,
                    "the physical function of 0000:01:10.0 is not visible here, so its MAC address, "
                        + "VLAN cannot be set")))
        #expect(
            try fixture.add()
                == #"{"cniVersion":"1.0.0","interfaces":[{"name":"net1","pciID":"0000:01:10.0","#
                + #""sandbox":"/run/netns/c1"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"}]}"# + "\n")
    }

    @Test func aCardOfTheHostsOwnIsNotMistakenForAVF() throws {
        let fixture = try machineWithoutPF()
        let network = try #require(IPNetwork("192.0.2.7/24"))
        let hostNamespace = try fixture.host.hostNamespace()
        let link = try #require(try fixture.host.link(named: "ens5", in: hostNamespace))
        try fixture.host.addAddress(InterfaceAddress(network: network), to: link, in: hostNamespace)
        let before = fixture.host.kernel
        #expect(
            fixture.call("ADD").output
                == (try errorDocument(
                    107,
                    "PCI function 0000:01:10.0 is not known to be a virtual function, and its ens5 "
                        + "has the host's address 192.0.2.7/24")))
        #expect(fixture.host.kernel == before)
    }
}
