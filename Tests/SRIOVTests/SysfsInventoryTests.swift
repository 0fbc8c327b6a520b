import Foundation
import LinuxSystem
import SRIOV
import Testing

/// What sysfs tells of PFs and VFs, over generated trees.
@Suite struct SysfsInventoryTests {
    private func address(_ text: String) throws -> PCIAddress { try #require(PCIAddress(text)) }

    @Test func twoPFsWithSevenVFsEach() throws {
        let tree = try SysfsTree()
        try tree.addPF(bus: "02", name: "pf1", indexes: Array(0..<7))
        try tree.addPF(bus: "01", name: "pf0", indexes: Array(0..<7))
        try tree.addFunction("0000:00:1f.0", driver: nil)
        let storage = try tree.addFunction("0000:03:00.0", pciClass: "0x010802", driver: "nvme")
        try tree.write("16", to: "\(storage)/sriov_totalvfs")
        let functions = try SysfsInventory(sysfs: tree.sysfs).physicalFunctions()
        #expect(functions.map(\.address.description) == ["0000:01:00.0", "0000:02:00.0"])
        #expect(functions.map(\.interfaceName) == ["pf0", "pf1"])
        #expect(functions.map(\.virtualFunctions.count) == [7, 7])
        #expect(functions.first?.virtualFunctions[2] == (try address("0000:01:10.4")))
        #expect(functions.first?.numaNode == nil)
    }

    @Test func aVFKnowsItsPlace() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0, 3, 6])
        let function = try SysfsInventory(sysfs: tree.sysfs).virtualFunction(
            at: address(SysfsTree.vfAddress(3)))
        #expect(function?.physicalFunction == (try address("0000:01:00.0")))
        #expect(function?.index == 3)
        #expect(function?.interfaceName == "pf0v3")
        #expect(function?.driver == "igbvf")
        #expect(function?.vendor == 0x8086)
        #expect(function?.device == 0x10ca)
    }

    @Test(arguments: [true, false])
    func theVFsOfAPFAreThoseThatOneByOneGives(tellsTheirDevice: Bool) throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [6, 0, 3])
        let directory = "bus/pci/devices/0000:01:00.0"
        if tellsTheirDevice { try tree.write("10ca", to: "\(directory)/sriov_vf_device") }
        try tree.write("1", to: "bus/pci/devices/\(SysfsTree.vfAddress(3))/acpi_index")
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let parent = try #require(try inventory.physicalFunction(at: address("0000:01:00.0")))
        for detail in [FunctionDetail.parentage, .work, [.work, .identifiers], .numaNode, .all] {
            let single = try [0, 3, 6].map {
                try inventory.virtualFunction(at: address(SysfsTree.vfAddress($0)), detail: detail)
            }
            #expect(try inventory.virtualFunctions(of: parent, detail: detail) == single)
        }
    }

    @Test func aVFThatWentSinceIsMissing() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0, 1, 2])
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let parent = try #require(try inventory.physicalFunction(at: address("0000:01:00.0")))
        try FileManager.default.removeItem(
            at: tree.root.appending(path: "bus/pci/devices/\(SysfsTree.vfAddress(1))"))
        #expect(try inventory.virtualFunctions(of: parent).map(\.index) == [0, 2])
    }

    @Test func aRepresentorIsFoundByItsPort() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0, 1, 11])
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let function = try #require(
            try inventory.virtualFunction(at: address(SysfsTree.vfAddress(1))))
        #expect(try inventory.representor(of: function) == nil)
        for (name, port) in [("pf0", "p0"), ("eth11", "pf0vf11"), ("eth7", "c1pf0vf1")] {
            try tree.directory("bus/pci/devices/0000:01:00.0/net/\(name)")
            try tree.directory("class/net/\(name)")
            try tree.write(port, to: "class/net/\(name)/phys_port_name")
        }
        #expect(try inventory.representor(of: function) == "eth7")
    }

    @Test func aFunctionWithTheAttributeCanBeReset() throws {
        let tree = try SysfsTree()
        let path = try tree.addFunction("0000:01:10.0")
        let function = try address("0000:01:10.0")
        let host = SystemHost(sysfs: tree.sysfs)
        #expect(!host.canReset(function))
        #expect(throws: SystemCallError.self) { try host.reset(function) }
        try tree.write("", to: "\(path)/reset")
        #expect(host.canReset(function))
        try host.reset(function)
        #expect(try tree.sysfs.value(of: "\(path)/reset") == "1")
    }

    @Test func withoutOffsetAndStrideTheIndexIsSearched() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0, 3])
        for name in ["sriov_offset", "sriov_stride"] {
            try FileManager.default.removeItem(
                at: tree.root.appending(path: "bus/pci/devices/0000:01:00.0/\(name)"))
        }
        let function = try SysfsInventory(sysfs: tree.sysfs).virtualFunction(
            at: address(SysfsTree.vfAddress(3)))
        #expect(function?.index == 3)
    }

    @Test func aVFWithoutDriverIsShown() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0])
        let directory = "bus/pci/devices/\(SysfsTree.vfAddress(0))"
        for name in ["driver", "net"] {
            try FileManager.default.removeItem(
                at: tree.root.appending(path: "\(directory)/\(name)"))
        }
        let function = try SysfsInventory(sysfs: tree.sysfs).virtualFunction(
            at: address(SysfsTree.vfAddress(0)))
        #expect(function?.driver == nil)
        #expect(function?.interfaceName == nil)
        #expect(function?.index == 0)
    }

    @Test func theUplinkIsChosenAmongRepresentors() throws {
        let tree = try SysfsTree()
        try tree.addPF(name: "zz", indexes: [])
        for (name, port) in [("aa", "pf0vf1"), ("bb", "c1pf0vf0")] {
            try tree.directory("bus/pci/devices/0000:01:00.0/net/\(name)")
            try tree.directory("class/net/\(name)")
            try tree.write(port, to: "class/net/\(name)/phys_port_name")
        }
        try tree.write("p0", to: "class/net/zz/phys_port_name")
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        #expect(try inventory.physicalFunction(at: address("0000:01:00.0"))?.interfaceName == "zz")
    }

    @Test func namesAreFoundOnlyWhereTheyAre() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0])
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        #expect(
            try inventory.physicalFunction(named: "pf0")?.address == (try address("0000:01:00.0")))
        #expect(try inventory.physicalFunction(named: "pf0v0") == nil)
        #expect(try inventory.physicalFunction(named: "../../etc") == nil)
        #expect(try inventory.virtualFunction(at: address("0000:01:00.0")) == nil)
        #expect(try inventory.virtualFunction(at: address("0000:77:00.0")) == nil)
    }

    @Test func aNetworkFunctionWithoutAPFMayBeAVF() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0])
        for (address, code) in [("0000:00:05.0", "0x020000"), ("0000:00:06.0", "0x010802")] {
            let directory = try tree.addFunction(
                address, device: "0x1889", driver: "iavf",
                interfaces: ["ens\(address.dropFirst(9).prefix(1))"])
            try tree.write(code, to: "\(directory)/class")
        }
        try tree.write("0x020000", to: "bus/pci/devices/0000:01:00.0/class")
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let function = try inventory.virtualFunction(at: address("0000:00:05.0"))
        #expect(
            function
                == VirtualFunction(
                    address: try address("0000:00:05.0"), interfaceName: "ens5", driver: "iavf",
                    vendor: 0x8086, device: 0x1889))
        #expect(try inventory.virtualFunction(at: address("0000:00:06.0")) == nil)
        #expect(try inventory.virtualFunction(at: address("0000:01:00.0")) == nil)
    }

    @Test func aPFTellsWhatItsInterfaceSpeaks() throws {
        let tree = try SysfsTree()
        try tree.addPF(bus: "01", name: "pf0", indexes: [])
        try tree.addPF(bus: "02", name: "ib0", indexes: [])
        try tree.write("1", to: "class/net/pf0/type")
        try tree.write("32", to: "class/net/ib0/type")
        #expect(
            try SysfsInventory(sysfs: tree.sysfs).physicalFunctions().map(\.linkType)
                == [.ethernet, .infiniBand])
    }

    @Test func sevenPFsWith256VFsEach() throws {
        let tree = try SysfsTree()
        for bus in stride(from: 0x10, to: 0x80, by: 0x10) {
            let text = hexadecimal(bus, digits: 2)
            try tree.addPF(
                bus: text, name: "pf\(text)", indexes: Array(0..<256), maximum: 256)
        }
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let functions = try inventory.physicalFunctions()
        #expect(functions.map(\.virtualFunctions.count) == Array(repeating: 256, count: 7))
        let last = try #require(functions.last?.virtualFunctions[255])
        #expect(last == (try address(SysfsTree.vfAddress(bus: "70", 255))))
        #expect(try inventory.virtualFunction(at: last)?.index == 255)
    }
}
