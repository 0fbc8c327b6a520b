import LinuxSystem
import Netlink
import Node
import SimulatedHost
import Testing

@testable import SRIOV

/// The names of ports on an eswitch, and the interfaces that they tell apart.
@Suite struct RepresentorTests {
    @Test(
        arguments: [
            ("pf0", nil, 0, nil), ("pf0vf0", nil, 0, 0), ("pf1vf12", nil, 1, 12),
            ("pf0sf2", nil, 0, nil), ("c1pf0", 1, 0, nil), ("c1pf0vf3", 1, 0, 3),
            ("c12pf3sf4", 12, 3, nil), ("pf0hpf", nil, 0, nil), ("pf0vf1x", nil, 0, nil),
        ] as [(String, Int?, Int, Int?)])
    func aFunctionsPort(name: String, controller: Int?, pf: Int, vf: Int?) {
        let port = EswitchPort(name)
        #expect(port?.controller == controller)
        #expect(port?.physicalFunction == pf)
        #expect(port?.virtualFunction == vf)
        #expect(port != nil)
    }

    @Test(
        arguments: [
            "", "p0", "p1s2", "0", "cx", "c1", "c1p0", "cpf0", "pf", "pfx", "port0", "xpf0vf1",
            "pf99999999999999999999",
        ])
    func noFunctionsPort(name: String) {
        #expect(EswitchPort(name) == nil)
    }

    /// Adds interfaces to the PF `0000:01:00.0`, each with its port.
    private func tree(_ ports: [(name: String, port: String)]) throws -> SysfsTree {
        let tree = try SysfsTree()
        try tree.addFunction("0000:01:00.0", interfaces: ports.map(\.name))
        try tree.write("4", to: "bus/pci/devices/0000:01:00.0/sriov_totalvfs")
        for (name, port) in ports where !port.isEmpty {
            try tree.write(port, to: "class/net/\(name)/phys_port_name")
        }
        return tree
    }

    @Test(arguments: ["pf0vf0", "c1pf0vf3", "pf0sf2", "pf0"])
    func aRepresentorIsNotItsPFsInterfaceAlthoughItIsTheOnlyOne(port: String) throws {
        let tree = try tree([("rep", port)])
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let address = try #require(PCIAddress("0000:01:00.0"))
        try #require(inventory.functionExists(at: address))
        #expect(try inventory.interfaceName(of: address) == nil)
        #expect(try inventory.interfaceNames(of: address) == [])
        #expect(try inventory.physicalFunction(at: address)?.interfaceName == nil)
        #expect(try inventory.physicalFunction(named: "rep") == nil)
    }

    @Test(arguments: ["", "p0", "cx0", "port1"])
    func theFunctionsOwnInterfaceIsFoundBehindRepresentors(port: String) throws {
        let tree = try tree([("aa", "pf0vf0"), ("bb", "c1pf0sf1"), ("zz", port)])
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let address = try #require(PCIAddress("0000:01:00.0"))
        #expect(try inventory.interfaceName(of: address) == "zz")
        #expect(try inventory.interfaceNames(of: address) == ["zz"])
        #expect(try inventory.physicalFunction(named: "zz")?.interfaceName == "zz")
        #expect(try inventory.physicalFunction(named: "aa") == nil)
    }

    @Test func aRepresentorOfThisHostGoesBeforeOneOfAnother() throws {
        let tree = try SysfsTree()
        try tree.addPF(name: "zz", indexes: [0, 1])
        for (name, port) in [("aa", "c1pf0vf1"), ("bb", "pf0vf1"), ("cc", "pf0vf11")] {
            try tree.directory("bus/pci/devices/0000:01:00.0/net/\(name)")
            try tree.directory("class/net/\(name)")
            try tree.write(port, to: "class/net/\(name)/phys_port_name")
        }
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let address = try #require(PCIAddress(SysfsTree.vfAddress(1)))
        let function = try #require(try inventory.virtualFunction(at: address))
        #expect(try inventory.representor(of: function) == "bb")
    }

    // MARK: Over a switch

    /// The representors come first among the interfaces of their PF's function, as they may on a real machine.
    private func switchdev() throws -> EngineFixture {
        let fixture = try EngineFixture(.withVFs(2))
        fixture.makeContainer("/run/netns/a")
        fixture.host.withKernel { kernel in
            let parent = SimulatedHost.pfAddress()
            kernel.pfs[parent]?.eswitchMode = .switchdev
            for index in 0..<2 {
                kernel.addRepresentor(ofVF: index, of: parent, named: "aa\(index)")
            }
            for (number, interface) in kernel.interfaces where interface.link.name == "aa0" {
                var first = interface
                kernel.interfaces[number] = nil
                first.link.index = 1
                kernel.interfaces[1] = first
            }
        }
        return fixture
    }

    @Test func aVFGoesAndComesWithItsRepresentorLeftAlone() throws {
        let fixture = try switchdev()
        let before = fixture.host.kernel
        try fixture.attach(
            .vf(0, for: "a", VFSettings(vlan: VLANTag(identifier: 5), mtu: 1400)))
        let representors = { (kernel: SimulatedKernel) in
            kernel.interfaces.values.filter { $0.link.name.text?.hasPrefix("aa") == true }
                .sorted { $0.link.index < $1.link.index }
        }
        #expect(representors(fixture.host.kernel) == representors(before))
        #expect(fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans != [])
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(representors(fixture.host.kernel) == representors(before))
        #expect(try fixture.store().attachments() == [])
    }

    @Test func aListShowsThePFsOwnInterface() throws {
        let fixture = try switchdev()
        let inventory = try fixture.context().inspector.inventory()
        #expect(inventory.physicalFunctions.map { $0.link?.name } == ["pf0"])
        #expect(inventory.virtualFunctions.map { $0.link?.name } == ["pf0v0", "pf0v1"])
        #expect(inventory.virtualFunctions.allSatisfy { $0.occupancy == .free })
    }

    @Test func theyComeAndGoWithTheVFs() throws {
        let fixture = try switchdev()
        let parent = try #require(
            try fixture.host.physicalFunction(at: SimulatedHost.pfAddress()))
        let node = try fixture.context().node
        let none = try node.resize(parent, to: 0, force: false)
        #expect(fixture.host.kernel.interfaces.values.map(\.link.name) == ["pf0"])
        _ = try node.resize(none, to: 1, force: false)
        let vf = try #require(try fixture.host.virtualFunction(at: SimulatedHost.vfAddress(0)))
        #expect(try fixture.host.representor(of: vf) == "pf0_0")
    }
}
