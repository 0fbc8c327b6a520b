package import LinuxSystem
internal import Netlink

extension SystemHost {
    package func setNumberOfVFs(
        _ count: Int, of function: PhysicalFunction, deadline: Deadline
    ) throws {
        // It listens before the VFs appear, so no interface is missed.
        let monitor = try LinkMonitor()
        try sysfs.write("\(count)", to: "bus/pci/devices/\(function.address)/sriov_numvfs")
        guard count > 0 else { return }
        let bindsDrivers =
            try sysfs.number(of: "bus/pci/devices/\(function.address)/sriov_drivers_autoprobe")
        guard bindsDrivers != 0 else { return }
        // A driver that is no module yet is loaded by udev. Where no driver exists at all, nothing
        // tells that none will come.
        let driverDeadline = Deadline(after: min(.seconds(5), deadline.remaining))
        while true {
            let pending = try functionsWithoutInterface(of: function.address)
            if pending.isEmpty { return }
            if deadline.hasPassed {
                throw SystemCallError(
                    operation: "wait \(deadline.allowance) for the interface of",
                    subject: pending.map { "\($0.address)" }.joined(separator: ", "),
                    errno: .timedOut)
            }
            let isWaitingForDrivers = pending.allSatisfy { $0.driver == nil }
            if isWaitingForDrivers, driverDeadline.hasPassed { return }
            _ = try monitor.wait(until: isWaitingForDrivers ? driverDeadline : deadline) { _ in
                true
            }
        }
    }

    private func functionsWithoutInterface(
        of address: PCIAddress
    ) throws -> [VirtualFunction] {
        guard let parent = try functions.physicalFunction(at: address) else { return [] }
        return try parent.virtualFunctions.values.compactMap {
            try functions.virtualFunction(at: $0)
        }.filter { function in
            function.interfaceName == nil
                && !(function.driver.map(UserspaceDriver.isKnown) ?? false)
        }
    }
}
