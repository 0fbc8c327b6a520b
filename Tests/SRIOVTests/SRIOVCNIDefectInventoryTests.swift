import LinuxSystem
import Netlink
import SRIOV
import Testing

/// Defects known from other SR-IOV CNI plugins, one test each: which PF and which of its VFs is meant.
@Suite struct SRIOVCNIDefectInventoryTests {
    @Test func thePFOfAVFIsItsAddressAndItsUplinkWhateverRepresentorsComeFirst() throws {
        let tree = try SysfsTree()
        try tree.addPF(name: "zz", indexes: [0, 1])
        try tree.write("p0", to: "class/net/zz/phys_port_name")
        for (name, port) in [("aa", "pf0vf0"), ("bb", "pf0vf1")] {
            try tree.directory("bus/pci/devices/0000:01:00.0/net/\(name)")
            try tree.directory("class/net/\(name)")
            try tree.write(port, to: "class/net/\(name)/phys_port_name")
        }
        let inventory = SysfsInventory(sysfs: tree.sysfs)
        let address = try #require(PCIAddress(SysfsTree.vfAddress(1)))
        let function = try #require(try inventory.virtualFunction(at: address))
        let parent = try #require(function.physicalFunction)
        #expect(parent.description == "0000:01:00.0")
        #expect(function.index == 1)
        #expect(try inventory.physicalFunction(at: parent)?.interfaceName == "zz")
    }

    @Test func aVFIsFoundByItsIndexNotByItsPlaceInTheList() throws {
        let parent = try #require(PCIAddress("0000:01:00.0"))
        let info = PhysicalFunctionInfo(
            address: parent, link: Link(index: 2, name: "pf0"),
            vfs: [VFState(index: 6), VFState(index: 1)])
        #expect(info.vf(1)?.index == 1)
        #expect(info.vf(6)?.index == 6)
        #expect(info.vf(0) == nil)
    }
}
