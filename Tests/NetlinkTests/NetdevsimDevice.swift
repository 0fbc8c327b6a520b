import LinuxSystem
import Testing

@testable import Netlink

/// A device of the kernel's netdevsim driver, which accepts every attribute of its VFs, for one
/// test.
struct NetdevsimDevice {
    /// `netdevsim10`.
    let name: String
    let host: TestNamespace
    private let sysfs = Sysfs()
    private let identifier: Int

    /// Makes a device, lends it to `body` and removes it, whatever happens.
    static func with(functions: Int, _ body: (NetdevsimDevice) throws -> Void) throws {
        let host = try TestNamespace.host()
        try host.run("modprobe netdevsim")
        let device = NetdevsimDevice(host: host, identifier: .random(in: 1000..<60000))
        try device.sysfs.write("\(device.identifier) 1", to: "bus/netdevsim/new_device")
        defer {
            // The test has its verdict; a device that stays shows in the next test of the guest.
            try? device.sysfs.write("\(device.identifier)", to: "bus/netdevsim/del_device")
        }
        if functions > 4 {
            try host.run(
                "mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug")
            try device.sysfs.write(
                "\(functions)", to: "kernel/debug/netdevsim/\(device.name)/max_vfs")
        }
        try device.sysfs.write(
            "\(functions)", to: "bus/netdevsim/devices/\(device.name)/sriov_numvfs")
        try body(device)
    }

    private init(host: TestNamespace, identifier: Int) {
        self.host = host
        self.identifier = identifier
        name = "netdevsim\(identifier)"
    }

    /// The PF's interface.
    func link() throws -> Link {
        let names = try sysfs.entries(of: "bus/netdevsim/devices/\(name)/net")
        return try host.link(try #require(names.first))
    }
}
