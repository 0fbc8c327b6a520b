import Foundation
import LinuxSystem

/// A directory with a tree of the shape of /sys, for as many PCI functions as a test wants.
final class SysfsTree {
    let root: URL

    var sysfs: Sysfs { Sysfs(root: root.path) }

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "sysfs-\(UUID())")
        try directory("bus/pci/devices")
    }

    deinit {
        try? FileManager.default.removeItem(at: root)  // A leftover in /tmp fails no test.
    }

    func directory(_ path: String) throws {
        try FileManager.default.createDirectory(
            at: root.appending(path: path), withIntermediateDirectories: true)
    }

    func write(_ value: String, to path: String) throws {
        try Data("\(value)\n".utf8).write(to: root.appending(path: path))
    }

    /// Makes a symbolic link; of its target only the last component counts.
    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: root.appending(path: path).path, withDestinationPath: target)
    }

    /// Adds a function; its directory is returned.
    @discardableResult
    func addFunction(
        _ address: String, vendor: String = "0x8086", device: String = "0x10c9",
        pciClass: String = "0x020000", driver: String? = "igb", interfaces: [String] = [],
        numaNode: String = "-1"
    ) throws -> String {
        let path = "bus/pci/devices/\(address)"
        try directory(path)
        try write(vendor, to: "\(path)/vendor")
        try write(device, to: "\(path)/device")
        try write(pciClass, to: "\(path)/class")
        try write(numaNode, to: "\(path)/numa_node")
        if let driver { try link("\(path)/driver", to: "../../drivers/\(driver)") }
        for interface in interfaces {
            try directory("\(path)/net/\(interface)")
            try directory("class/net/\(interface)")
            try link("class/net/\(interface)/device", to: "../../../\(address)")
        }
        return path
    }

    /// Adds a PF with VFs at the indexes given; VFs lie two functions apart, 128 behind the PF.
    func addPF(
        bus: String = "01", name: String = "pf0", indexes: [Int], maximum: Int = 7
    ) throws {
        let parent = "0000:\(bus):00.0"
        let path = try addFunction(parent, interfaces: [name])
        try write("\(maximum)", to: "\(path)/sriov_totalvfs")
        try write("\(indexes.count)", to: "\(path)/sriov_numvfs")
        try write("128", to: "\(path)/sriov_offset")
        try write("2", to: "\(path)/sriov_stride")
        for index in indexes {
            let address = Self.vfAddress(bus: bus, index)
            let child = try addFunction(
                address, device: "0x10ca", driver: "igbvf", interfaces: ["\(name)v\(index)"])
            try link("\(child)/physfn", to: "../\(parent)")
            try link("\(path)/virtfn\(index)", to: "../\(address)")
        }
    }

    static func vfAddress(bus: String = "01", _ index: Int) -> String {
        let number = 128 + 2 * index
        let first = Int(bus, radix: 16) ?? 0
        return "0000:\(hexadecimal(first + number / 256, digits: 2)):"
            + "\(hexadecimal(number % 256 / 8, digits: 2)).\(number % 8)"
    }
}
