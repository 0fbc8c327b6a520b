import Foundation
import LinuxSystem
import PCIDevices
import Testing

/// From the properties of a uevent, as igb's were seen, to the event.
@Suite struct DeviceEventTests {
    private static let port = "/devices/pci0000:00/0000:00:08.0"

    /// A tree with one PF of two VFs at 0000:01:00.0, a card without SR-IOV at 0000:02:00.0.
    private func withTree<Value>(_ body: (Sysfs) throws -> Value) throws -> Value {
        let root = FileManager.default.temporaryDirectory.appending(path: "sysfs-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }  // A leftover fails no test.
        let devices = root.appending(path: "bus/pci/devices")
        for address in ["0000:01:00.0", "0000:01:10.0", "0000:02:00.0"] {
            try FileManager.default.createDirectory(
                at: devices.appending(path: address), withIntermediateDirectories: true)
        }
        for (name, value) in ["sriov_totalvfs": "7\n", "sriov_numvfs": "2\n"] {
            try Data(value.utf8).write(to: devices.appending(path: "0000:01:00.0/\(name)"))
        }
        try FileManager.default.createSymbolicLink(
            atPath: devices.appending(path: "0000:01:10.0/physfn").path,
            withDestinationPath: "../0000:01:00.0")
        return try body(Sysfs(root: root.path))
    }

    private func function(
        _ address: String, _ action: String, pciClass: String = "20000", driver: String? = nil
    ) -> [String: String] {
        var properties = [
            "ACTION": action, "SUBSYSTEM": "pci", "DEVPATH": "\(Self.port)/\(address)",
            "PCI_SLOT_NAME": address, "PCI_CLASS": pciClass,
        ]
        properties["DRIVER"] = driver
        return properties
    }

    private func interface(_ name: String, _ action: String, old: String? = nil) -> [String: String]
    {
        var properties = [
            "ACTION": action, "SUBSYSTEM": "net", "INTERFACE": name, "IFINDEX": "7",
            "DEVPATH": "\(Self.port)/0000:01:10.0/net/\(name)",
        ]
        properties["DEVPATH_OLD"] = old
        return properties
    }

    private func address(_ text: String) throws -> PCIAddress { try #require(PCIAddress(text)) }

    @Test(arguments: [
        ("add", DeviceAction.added), ("remove", .removed), ("change", .changed), ("bind", .bound),
        ("unbind", .unbound), ("move", .moved), ("online", .changed), ("", .changed),
    ])
    func everyActionOfTheKernelHasAName(word: String, action: DeviceAction) throws {
        try withTree { sysfs in
            let event = DeviceEvent(properties: function("0000:01:10.0", word), sysfs: sysfs)
            let detail = PCIFunctionEvent(
                address: try address("0000:01:10.0"), driver: nil,
                role: .virtual(of: try address("0000:01:00.0")))
            #expect(event == .function(action, detail))
        }
    }

    @Test(arguments: [
        ("0000:01:00.0", PCIFunctionRole.physical(virtualFunctions: 2)), ("0000:02:00.0", .plain),
        ("0000:03:00.0", .unknown),
    ])
    func theRoleIsWhatSysfsTells(slot: String, role: PCIFunctionRole) throws {
        try withTree { sysfs in
            let event = DeviceEvent(
                properties: function(slot, "bind", driver: "igb"), sysfs: sysfs)
            let detail = PCIFunctionEvent(address: try address(slot), driver: "igb", role: role)
            #expect(event == .function(.bound, detail))
        }
    }

    @Test func withoutSysfsAtAllTheRoleIsUnknown() throws {
        let event = DeviceEvent(
            properties: function("0000:01:00.0", "add"), sysfs: Sysfs(root: "/nonexistent"))
        let detail = PCIFunctionEvent(
            address: try address("0000:01:00.0"), driver: nil, role: .unknown)
        #expect(event == .function(.added, detail))
    }

    @Test func anInterfaceBelongsToItsFunction() throws {
        try withTree { sysfs in
            let event = DeviceEvent(properties: interface("eth0", "add"), sysfs: sysfs)
            let detail = InterfaceEvent(
                name: "eth0", oldName: nil, index: 7, function: try address("0000:01:10.0"))
            #expect(event == .interface(.added, detail))
        }
    }

    @Test func aRenamingTellsBothNames() throws {
        let old = "\(Self.port)/0000:01:10.0/net/eth0"
        try withTree { sysfs in
            let event = DeviceEvent(properties: interface("up0", "move", old: old), sysfs: sysfs)
            let detail = InterfaceEvent(
                name: "up0", oldName: "eth0", index: 7, function: try address("0000:01:10.0"))
            #expect(event == .interface(.renamed, detail))
        }
    }

    @Test func anInterfaceThatKeepsItsNameIsMoved() throws {
        let old = "/devices/pci0000:00/0000:01:10.0/net/eth0"
        try withTree { sysfs in
            let event = DeviceEvent(properties: interface("eth0", "move", old: old), sysfs: sysfs)
            guard case .interface(.moved, let detail) = event else {
                Issue.record("\(String(describing: event))")
                return
            }
            #expect(detail.oldName == nil)
        }
    }

    @Test(arguments: [
        ["SUBSYSTEM": "net", "INTERFACE": "veth0", "DEVPATH": "/devices/virtual/net/veth0"],
        ["SUBSYSTEM": "net", "INTERFACE": "lo", "DEVPATH": "/devices/virtual/net/lo"],
        [
            "SUBSYSTEM": "net", "INTERFACE": "eth0",
            "DEVPATH": "/devices/pci0000:00/0000:00:03.0/virtio0/net/eth0",
        ],
        ["SUBSYSTEM": "net", "INTERFACE": "eth0", "DEVPATH": "net/eth0"],
        ["SUBSYSTEM": "net", "INTERFACE": "eth0", "DEVPATH": ""],
        ["SUBSYSTEM": "net", "INTERFACE": "", "DEVPATH": "/d/0000:01:10.0/net/eth0"],
        ["SUBSYSTEM": "net", "DEVPATH": "/d/0000:01:10.0/net/eth0"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0", "PCI_CLASS": "10802"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0", "PCI_CLASS": "2000"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0", "PCI_CLASS": "20000 "],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0", "PCI_CLASS": "ffffffffff20000"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "../../etc", "PCI_CLASS": "20000"],
        ["SUBSYSTEM": "pci", "PCI_SLOT_NAME": "0000:01:00.0\n", "PCI_CLASS": "20000"],
        ["SUBSYSTEM": "queues"], [:],
    ])
    func whatIsNoCardAndNoInterfaceOfOneIsLeftOut(properties: [String: String]) throws {
        try withTree { sysfs in
            #expect(DeviceEvent(properties: properties, sysfs: sysfs) == nil)
        }
    }

    @Test(arguments: ["x", "-", "99999999999999999999", "7 ", "", "0x7"])
    func anIndexThatIsNoneIsAbsent(text: String) throws {
        try withTree { sysfs in
            var properties = interface("a\u{1b}[2J\u{fffd}\"", "add")
            properties["IFINDEX"] = text
            let detail = InterfaceEvent(
                name: "a\u{1b}[2J\u{fffd}\"", oldName: nil, index: nil,
                function: try address("0000:01:10.0"))
            #expect(DeviceEvent(properties: properties, sysfs: sysfs) == .interface(.added, detail))
        }
    }

    @Test(arguments: ["", "/", "eth0", "//", "net", "/net/", "/a/b"])
    func anOldPathThatIsNoneIsAbsent(path: String) throws {
        try withTree { sysfs in
            let event = DeviceEvent(properties: interface("eth0", "move", old: path), sysfs: sysfs)
            let detail = InterfaceEvent(
                name: "eth0", oldName: nil, index: 7, function: try address("0000:01:10.0"))
            #expect(event == .interface(.moved, detail))
        }
    }

    @Test func udevIsTheSourceWhereItRuns() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }  // A leftover fails no test.
        #expect(DeviceEventSource.available(under: root.path) == .kernel)
        let control = root.appending(path: "udev/control").path
        let udevd = try UnixListener.make(at: control)
        #expect(DeviceEventSource.available(under: root.path) == .udev)
        endUdevd(udevd)
        #expect(FileManager.default.fileExists(atPath: control))
        #expect(DeviceEventSource.available(under: root.path) == .kernel)
    }

    /// Lets go of its socket as the kernel does for one that was killed: the file stays.
    private func endUdevd(_ listener: consuming UnixListener) {}
}
