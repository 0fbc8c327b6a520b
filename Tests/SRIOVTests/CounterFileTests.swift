import Foundation
import LinuxSystem
import SRIOV
import Testing

/// The counters of VFs that some drivers show as files.
@Suite struct CounterFileTests {
    private static let pf = "bus/pci/devices/0000:01:00.0"

    private func counters(_ tree: SysfsTree, _ index: Int = 0) throws -> [String: UInt64]? {
        try SysfsInventory(sysfs: tree.sysfs).counterFiles(
            ofVF: index, ofPF: try #require(PCIAddress("0000:01:00.0")))
    }

    @Test func aDirectoryHasAFileForEach() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0, 1])
        try tree.directory("\(Self.pf)/sriov/0/stats")
        try tree.write("18446744073709551615", to: "\(Self.pf)/sriov/0/stats/rx_bytes")
        try tree.write("0", to: "\(Self.pf)/sriov/0/stats/tx_dropped")
        try tree.write("unknown", to: "\(Self.pf)/sriov/0/stats/tx_bytes")
        #expect(try counters(tree) == ["rx_bytes": .max, "tx_dropped": 0])
        #expect(try counters(tree, 1) == nil)
    }

    @Test func oneFileHasALineForEach() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0])
        try tree.directory("\(Self.pf)/sriov/0")
        try tree.write(
            "tx_packets    : 5011\ntx_bytes : 4450870\nrx_dropped:0\nnonsense\na : b : c\nx : -1",
            to: "\(Self.pf)/sriov/0/stats")
        #expect(
            try counters(tree) == ["tx_packets": 5011, "tx_bytes": 4_450_870, "rx_dropped": 0])
    }

    @Test func withoutCountersThereAreNone() throws {
        let tree = try SysfsTree()
        try tree.addPF(indexes: [0])
        #expect(try counters(tree) == nil)
        try tree.directory("\(Self.pf)/sriov/0/stats")
        #expect(try counters(tree) == nil)
    }
}
