import Foundation
import LinuxSystem
import PCIDevices
import Testing

/// libpci over generated trees.
@Suite struct PCIScanTests {
    @Test func functionsOfAGeneratedTreeAreSortedByAddress() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "pci-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }  // A leftover fails no test.
        for address in ["0000:01:10.0", "0000:01:00.0", "0001:02:1f.7"] {
            let directory = root.appending(path: "bus/pci/devices/\(address)")
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        }
        #expect(
            try PCIScan.functions(sysfs: Sysfs(root: root.path)).map(\.description) == [
                "0000:01:00.0", "0000:01:10.0", "0001:02:1f.7",
            ])
    }

    @Test func withoutATreeItSaysSo() {
        #expect(throws: PCIScanError.self) {
            try PCIScan.functions(sysfs: Sysfs(root: "/nonexistent"))
        }
    }

    @Test func unknownNumbersHaveNoName() throws {
        let names = try #require(PCINameList())
        #expect(names.vendor(0x0bad) == nil)
    }
}
