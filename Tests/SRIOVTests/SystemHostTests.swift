import Foundation
import Glibc
import LinuxSystem
import Netlink
import SRIOV
import Testing

/// What the engine may rely on, by the real kernel.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct SystemHostTests {
    private func ip(_ arguments: String...) throws {
        var process = ChildProcess(executable: "/usr/sbin/ip", environment: [:])
        process.arguments = arguments
        let outcome = try process.run(until: Deadline(after: .seconds(120)))
        let complaint = String(decoding: outcome.errorOutput, as: UTF8.self)
        try #require(outcome.ending == .exited(0), "\(arguments): \(complaint)")
    }

    @Test func anAlternativeNameThatIsGoneIsAsGoodAsTaken() throws {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        try ip("netns", "add", name)
        defer { try? ip("netns", "del", name) }  // A leftover namespace fails no test.
        try ip("-n", name, "link", "add", "net1", "type", "veth", "peer", "name", "peer")
        try ip("-n", name, "link", "property", "add", "dev", "net1", "altname", "spare1")
        let host = SystemHost()
        let namespace = try host.openNamespace("/run/netns/\(name)")
        let link = try #require(try host.link(named: "net1", in: namespace))
        #expect(link.alternativeNames == ["spare1"])
        for _ in 0..<2 { try host.removeAlternativeName("spare1", from: link, in: namespace) }
        #expect(try host.link(named: "net1", in: namespace)?.alternativeNames == [])
        let error = #expect(throws: NetlinkError.self) {
            try host.removeAlternativeName("net1", from: link, in: namespace)
        }
        #expect(error?.errno == .invalidArgument)
    }

    /// Whoever controls a namespace names its interfaces: what has the VF's name need not be the VF's.
    @Test func anInterfaceOfTheExpectedNameIsNotTheVFsForThat() throws {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        try ip("netns", "add", name)
        defer { try? ip("netns", "del", name) }  // A leftover namespace fails no test.
        try ip("-n", name, "link", "add", "net1", "type", "veth", "peer", "name", "peer")
        let host = SystemHost()
        let namespace = try host.openNamespace("/run/netns/\(name)")
        let function = try #require(PCIAddress("0000:01:10.0"))
        #expect(try host.link(named: "net1", in: namespace) != nil)
        #expect(try host.link(of: function, expectedName: "net1", in: namespace) == nil)
    }
}

/// The same, over a generated tree in place of /sys.
@Suite struct SystemHostTreeTests {
    private let function = "0000:01:10.0"

    /// The name in sysfs may be another interface's by the time that the kernel is asked for it.
    @Test func anInterfaceOfANameFromSysfsIsNotTheVFsForThat() throws {
        let tree = try SysfsTree()
        try tree.addFunction(function, driver: "igbvf", interfaces: ["lo"])
        let host = SystemHost(sysfs: tree.sysfs)
        let address = try #require(PCIAddress(function))
        let hostNamespace = try host.hostNamespace()
        #expect(try host.link(named: "lo", in: hostNamespace) != nil)
        #expect(try host.link(of: address, expectedName: nil, in: hostNamespace) == nil)
        #expect(try host.link(of: address, expectedName: "lo", in: hostNamespace) == nil)
    }

    /// The kernel takes the writes, and the VF keeps the driver that it had.
    @Test func aDriverThatDoesNotTakeTheVFLeavesNoOverride() throws {
        let tree = try SysfsTree()
        let directory = try tree.addFunction(function, driver: "igbvf", interfaces: ["pf0v0"])
        try tree.write("(null)", to: "\(directory)/driver_override")
        try tree.directory("bus/pci/drivers/igbvf")
        try tree.write("", to: "bus/pci/drivers/igbvf/unbind")
        try tree.write("", to: "bus/pci/drivers_probe")
        let host = SystemHost(sysfs: tree.sysfs)
        let address = try #require(PCIAddress(function))
        let error = #expect(throws: ManagerError.self) {
            try host.bindDriver("vfio-pci", to: address, deadline: Deadline(after: .zero))
        }
        #expect(error?.message.hasPrefix("driver vfio-pci does not take VF 0000:01:10.0") == true)
        // A line feed at its beginning is what was written last, over the names before it.
        let override = try Data(
            contentsOf: tree.root.appending(path: "\(directory)/driver_override"))
        #expect(override.first == UInt8(ascii: "\n"))
    }
}
