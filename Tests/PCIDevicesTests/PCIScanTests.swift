import Foundation
import LinuxSystem
import PCIDevices
import Testing

/// libpci over generated trees.
@Suite struct PCIScanTests {
    @Test func functionsOfAGeneratedTreeAreSortedByAddress() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "pci-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }  // A leftover fails no test.
        for (address, device, pciClass) in [
            ("0000:01:10.0", "0x10ca", "0x020000"), ("0000:01:00.0", "0x10c9", "0x020000"),
            ("0000:02:00.0", "0xa80a", "0x010802"),
        ] {
            let folder = root.appending(path: "bus/pci/devices/\(address)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, value) in [
                "vendor": "0x8086", "device": device, "class": pciClass, "irq": "0",
            ] {
                try Data("\(value)\n".utf8).write(to: folder.appending(path: name))
            }
        }
        let functions = try PCIScan.functions(sysfs: Sysfs(root: root.path))
        #expect(
            functions.map(\.address.description) == [
                "0000:01:00.0", "0000:01:10.0", "0000:02:00.0",
            ])
        #expect(functions.map(\.device) == [0x10c9, 0x10ca, 0xa80a])
        #expect(functions.map(\.classCode) == [0x0200, 0x0200, 0x0108])
        #expect(
            try PCIScan.networkControllers(sysfs: Sysfs(root: root.path)).map(\.description)
                == ["0000:01:00.0", "0000:01:10.0"])
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
