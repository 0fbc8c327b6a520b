import CNIPlugin
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Defects known from other SR-IOV CNI plugins, one test each: ADD, its result, and the verbs beside DEL.
@Suite struct SRIOVCNIDefectTests {
    private let vf = SimulatedHost.vfAddress(0)

    @Test func aFailedAddLeavesAnInterfaceOfTheSameNameAlone() throws {
        let fixture = try PluginFixture()
        addForeignInterface(to: fixture.host)
        let before = fixture.host.kernel
        #expect(
            fixture.call("ADD", fixture.configuration(#""vlan":7"#)).output
                == (try errorDocument(107, "interface net1 already exists in /run/netns/c1")))
        #expect(fixture.host.kernel == before)
    }

    @Test func anInterfaceOfTheSameNameThatAppearsDuringTheAddIsLeftAlone() throws {
        var failures = 0
        for step in 1... {
            let fixture = try PluginFixture()
            let before = fixture.machine
            fixture.host.before(step: step) { kernel in
                let isTaken = kernel.interfaces.values.contains {
                    $0.namespace == 1 && $0.link.name == "net1"
                }
                if !isTaken { Self.addForeignInterface(to: &kernel) }
            }
            let status = fixture.call("ADD", fixture.configuration(#""vlan":7"#)).status
            if !fixture.host.faultWasReached { break }
            fixture.host.arm(.none)
            guard status == 1 else { continue }
            failures += 1
            var expected = before
            Self.addForeignInterface(to: &expected)
            #expect(fixture.machine == expected, "step \(step)")
            #expect(try fixture.store().attachments() == [], "step \(step)")
        }
        #expect(failures > 5)
    }

    private func addForeignInterface(to host: SimulatedHost) {
        host.withKernel { Self.addForeignInterface(to: &$0) }
    }

    /// An interface `net1` in the container that is no VF: up, with a MAC and MTU of its own.
    private static func addForeignInterface(to kernel: inout SimulatedKernel) {
        let index = kernel.addInterface(named: "net1", mac: [2, 0xaa, 0, 0, 0, 1], in: 1)
        kernel.interfaces[index]?.link.mtu = 9000
        kernel.interfaces[index]?.link.flags = 1
    }

    @Test func announcementsLeaveByTheVFAlone() throws {
        let fixture = try PluginFixture(
            ipam: """
                [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.0.0",
                "ips":[{"address":"fd00::5/64"}]}'
                """)
        fixture.host.withKernel { kernel in
            let index = kernel.addInterface(named: "eth0", mac: [2, 0xaa, 0, 0, 0, 1], in: 1)
            kernel.interfaces[index]?.link.flags = 1
        }
        try fixture.add()
        let index = try #require(fixture.interface?.link.index)
        let frames = fixture.host.kernel.sentFrames
        #expect(frames.map(\.linkIndex) == [index, index, index])
        // To all nodes, from the VF, an IPv6 packet.
        let header: [UInt8] = [0x33, 0x33, 0, 0, 0, 1, 2, 0, 1, 0, 0, 0, 0x86, 0xdd]
        #expect(frames.map { Array($0.bytes.prefix(14)) } == [header, header, header])
    }

    @Test func anAddressIsAnnouncedMoreThanOnce() throws {
        let fixture = try PluginFixture()
        try fixture.add()
        // The operation of each ARP frame: request and reply.
        #expect(fixture.host.kernel.sentFrames.map { $0.bytes[21] } == [1, 2, 1, 2, 1, 2])
    }

    @Test(arguments: ["spoofchk", "trust"], ["true", "yes", "1", "enable", "of", "on "])
    func aWordThatIsNeitherOnNorOffIsRefused(key: String, word: String) throws {
        let fixture = try PluginFixture()
        let before = fixture.host.kernel
        let answer = fixture.call("ADD", fixture.configuration(#""\#(key)":"\#(word)""#))
        #expect(answer.status == 1)
        #expect(answer.output.contains(#""code":7"#), "\(answer.output)")
        #expect(answer.output.contains(key), "\(answer.output)")
        #expect(fixture.host.kernel == before)
    }

    @Test func onAndOffAreTakenInEitherCase() throws {
        let fixture = try PluginFixture()
        try fixture.add(fixture.configuration(#""spoofchk":"OFF","trust":"On""#))
        #expect(fixture.host.kernel.vfs[vf]?.info.trust == true)
        #expect(fixture.host.kernel.vfs[vf]?.info.spoofCheck == false)
    }

    @Test(
        arguments: [
            (#""max_tx_rate":200"#, TransmitRate(minimum: 10, maximum: 200)),
            (#""min_tx_rate":20"#, TransmitRate(minimum: 20, maximum: 100)),
        ])
    func oneRateAloneLeavesTheOther(member: String, rate: TransmitRate) throws {
        let fixture = try PluginFixture(.withVFs(2, driver: .accepting))
        let before = TransmitRate(minimum: 10, maximum: 100)
        fixture.host.withKernel { $0.vfs[vf]?.info.transmitRate = before }
        try fixture.add(fixture.configuration(member))
        #expect(fixture.host.kernel.vfs[vf]?.info.transmitRate == rate)
        #expect(fixture.call("DEL").status == 0)
        #expect(fixture.host.kernel.vfs[vf]?.info.transmitRate == before)
    }

    @Test func aVFIsFoundByItsIndexInAListWithGaps() throws {
        let fixture = try PluginFixture(.withVFs(3))
        fixture.host.withKernel { $0.vfs[vf] = nil }
        let before = fixture.machine
        let last = SimulatedHost.vfAddress(2)
        let input = fixture.configuration(#""vlan":7"#, device: last.description)
        try fixture.add(input)
        #expect(fixture.host.kernel.vfs[last]?.info.vlan.identifier == 7)
        #expect(fixture.host.kernel.vfs[SimulatedHost.vfAddress(1)]?.info.vlans == [])
        #expect(fixture.call("DEL", input) == ("", 0))
        #expect(fixture.machine == before)
    }

    @Test func aMACIsComparedByItsBytesNotByItsText() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(fixture.configuration(#""mac":"AA-BB-CC-DD-EE-0F""#))
        #expect(output.contains(#""mac":"aa:bb:cc:dd:ee:0f""#), "\(output)")
        let mac = MACAddress(bytes: [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x0f])
        #expect(fixture.interface?.link.macAddress == mac)
        #expect(fixture.host.kernel.vfs[vf]?.info.macAddress == mac)
        #expect(fixture.host.kernel.waits == [])
    }

    @Test func theHostsOwnNamespaceIsRefusedBeforeAnythingIsDone() throws {
        let fixture = try PluginFixture()
        let before = fixture.host.kernel
        let answer = fixture.call(
            "ADD", fixture.configuration(#""vlan":7"#), ["CNI_NETNS": "/proc/self/ns/net"])
        #expect(answer.status == 1)
        #expect(answer.output.contains(#""code":8"#), "\(answer.output)")
        #expect(fixture.host.kernel == before)
        #expect(fixture.ipam.calls == [])
    }

    @Test(arguments: ["0.1.0", "0.2.0"])
    func aVersionThatNeedsAddressesIsRefusedWithoutIPAMBeforeAnythingIsDone(
        version: String
    ) throws {
        let fixture = try PluginFixture()
        let before = fixture.host.kernel
        let input = fixture.configuration(#""vlan":7"#, version: version, ipam: "{}")
        #expect(fixture.call("ADD", input).status == 1)
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func thePreviousResultOfAChainIsKept() throws {
        let fixture = try PluginFixture()
        let previous =
            #""prevResult":{"interfaces":[{"name":"eth0","sandbox":"/run/netns/c1"}],"#
            + #""ips":[{"address":"10.9.0.5/24","interface":0}]}"#
        let output = try fixture.add(fixture.configuration(previous, ipam: "{}"))
        #expect(
            output == #"{"cniVersion":"1.0.0","interfaces":["#
                + #"{"name":"eth0","sandbox":"/run/netns/c1"},"#
                + #"{"mac":"02:00:01:00:00:00","mtu":1500,"name":"net1","pciID":"0000:01:10.0","#
                + #""sandbox":"/run/netns/c1"}],"ips":[{"address":"10.9.0.5/24","interface":0}]}"#
                + "\n")
    }

    @Test func checkFindsASettingThatChanged() throws {
        let fixture = try PluginFixture()
        let output = try fixture.add(fixture.configuration(#""vlan":7"#, version: "1.1.0"))
        let input = fixture.configuration(
            #""vlan":7,"prevResult":\#(output)"#, version: "1.1.0")
        #expect(fixture.call("CHECK", input) == ("", 0))
        fixture.host.withKernel { $0.vfs[vf]?.info.vlans = [] }
        let answer = fixture.call("CHECK", input)
        #expect(answer.status == 1)
        #expect(answer.output.contains("VLAN"), "\(answer.output)")
        #expect(fixture.ipam.calls.contains("CHECK c1 net1 /run/netns/c1 "))
    }

    @Test func statusTellsThatNoVFIsLeftAndAsksTheIPAM() throws {
        let fixture = try PluginFixture(.withVFs(1))
        let input =
            #"{"cniVersion":"1.1.0","name":"sriov-net","type":"sriov","pf":"pf0","#
            + #""ipam":{"type":"scripted"}}"#
        #expect(fixture.call("STATUS", input, nobody) == ("", 0))
        #expect(fixture.ipam.calls == ["STATUS    "])
        try fixture.add()
        let answer = fixture.call("STATUS", input, nobody)
        #expect(answer.status == 1)
        #expect(answer.output.contains(#""code":50"#), "\(answer.output)")
    }

    @Test func gcTakesBackWhatIsNotListedAndAsksTheIPAM() throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        try fixture.add(fixture.configuration(#""vlan":7"#, version: "1.1.0"))
        let input =
            #"{"cniVersion":"1.1.0","name":"sriov-net","type":"sriov","#
            + #""ipam":{"type":"scripted"},"cni.dev/valid-attachments":[]}"#
        #expect(fixture.call("GC", input, nobody) == ("", 0))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.ipam.calls.suffix(2) == ["DEL c1 net1 /run/netns/c1 ", "GC    "])
    }

    private let nobody = ["CNI_CONTAINERID": "", "CNI_NETNS": "", "CNI_IFNAME": ""]
}
