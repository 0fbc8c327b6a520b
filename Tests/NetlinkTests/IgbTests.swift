import LinuxSystem
import Testing

@testable import Netlink

/// What the lab's emulated Intel 82576 and its driver show and refuse.
@Suite(.needsRoot, .needsLab, .serialized) struct IgbTests {
    private let sysfs = Sysfs()

    /// The first card, with its VFs made if it had none.
    private func card() throws -> (host: TestNamespace, pf: Link, address: PCIAddress) {
        let host = try TestNamespace.host()
        let name = try #require(
            try sysfs.entries(of: "bus/pci/drivers/igb").first { $0.contains(":") })
        let address = try #require(PCIAddress(name))
        let pf = try #require(
            try host.socket.link(
                ofPCIFunction: address, until: Deadline(after: .seconds(60))))
        let count = "bus/pci/devices/\(address)/sriov_numvfs"
        if try sysfs.number(of: count) == 0 {
            try host.socket.setLink(index: pf.index, named: pf.name, LinkSettings(isUp: true))
            try sysfs.write("7", to: count)
        }
        return (host, pf, address)
    }

    @Test func theInterfaceIsFoundByItsAddress() throws {
        let (host, pf, address) = try card()
        #expect(try sysfs.entries(of: "bus/pci/devices/\(address)/net") == [pf.name.description])
        #expect(try host.show(pf.name.description)["parentdev"] as? String == address.description)
    }

    @Test func functionsAreReadAndSet() throws {
        let (host, pf, _) = try card()
        let socket = host.socket
        #expect(
            try socket.virtualFunctions(ofPF: pf.name).vfs.map(\.index)
                == [0, 1, 2, 3, 4, 5, 6])
        let tag = VLANTag(identifier: 100, qualityOfService: 3)
        try socket.setVF(.vlan(tag), index: 6, ofPF: pf.index, named: pf.name)
        try socket.setVF(.spoofCheck(false), index: 6, ofPF: pf.index, named: pf.name)
        let vf = try #require(
            try socket.virtualFunctions(ofPF: pf.name).vfs.last)
        #expect(vf.vlans == [tag])
        #expect(vf.spoofCheck == false)
        try socket.setVF(.vlan(.none), index: 6, ofPF: pf.index, named: pf.name)
        try socket.setVF(.spoofCheck(true), index: 6, ofPF: pf.index, named: pf.name)
        let after = try #require(
            try socket.virtualFunctions(ofPF: pf.name).vfs.last)
        #expect(after.vlans == [])
        #expect(after.spoofCheck == true)
    }

    /// What the fallback to one by one rests on.
    @Test func severalAreSetInTheirOrderUpToTheFirstThatIsRefused() throws {
        let (host, pf, _) = try card()
        let socket = host.socket
        func set(_ attributes: [VFAttribute]) throws {
            try socket.setVF(attributes, index: 6, ofPF: pf.index, named: pf.name)
        }
        let tag = VLANTag(identifier: 101, qualityOfService: 2)
        try set([.vlan(tag), .spoofCheck(false), .trust(true)])
        let vf = try #require(try socket.virtualFunctions(ofPF: pf.name).vfs.last)
        #expect(vf.vlans == [tag])
        #expect(vf.spoofCheck == false)
        #expect(vf.trust == true)
        let error = #expect(throws: NetlinkError.self) {
            try set([.vlan(.none), .linkState(.enabled), .trust(false)])
        }
        #expect(error?.errno == .notSupported)
        let after = try #require(try socket.virtualFunctions(ofPF: pf.name).vfs.last)
        #expect(after.vlans == [])
        #expect(after.trust == true)
        try set([.spoofCheck(true), .trust(false)])
    }

    @Test func whatTheDriverCannotDoIsRefused() throws {
        let (host, pf, address) = try card()
        for (attribute, errno) in [
            (VFAttribute.linkState(.enabled), ErrorNumber.notSupported),
            (.vlan(VLANTag(identifier: 100, protocol: .dot1ad)), .protocolNotSupported),
            (.macAddress(try #require(MACAddress("03:00:00:00:00:01"))), .invalidArgument),
        ] {
            let error = #expect(throws: NetlinkError.self, "\(attribute)") {
                try host.socket.setVF(attribute, index: 6, ofPF: pf.index, named: pf.name)
            }
            #expect(error?.errno == errno, "\(attribute)")
        }
        let devlink = try Devlink()
        #expect(try devlink.eswitchMode(of: address) == nil)
        #expect(try devlink.ports(of: address) == [])
        #expect(try devlink.info(of: address) == nil)
        let error = #expect(throws: NetlinkError.self) {
            try devlink.setEswitchMode(.switchdev, of: address)
        }
        #expect(error?.errno == .noDevice)
    }
}
