package import LinuxSystem
internal import Netlink

extension SystemHost {
    /// - Throws: `SystemCallError` of the write, with the number as it was; with `ETIMEDOUT` if VFs have no interface
    ///   at the deadline, with the number changed. `NetlinkError` if the PF's interface cannot be read.
    package func setNumberOfVFs(
        _ count: Int, of function: PhysicalFunction, deadline: Deadline
    ) throws {
        // It listens before the VFs appear, so no interface is missed.
        let monitor = try LinkMonitor()
        let hadCarrier = try hasCarrier(function.address)
        try sysfs.write("\(count)", to: "bus/pci/devices/\(function.address)/sriov_numvfs")
        if count > 0 { try awaitInterfaces(of: function, monitor, deadline) }
        if hadCarrier { try awaitCarrier(of: function, monitor, deadline) }
    }

    /// Waits until a driver has made the interfaces of all VFs.
    private func awaitInterfaces(
        of function: PhysicalFunction, _ monitor: LinkMonitor, _ deadline: Deadline
    ) throws {
        let bindsDrivers =
            try sysfs.number(of: "bus/pci/devices/\(function.address)/sriov_drivers_autoprobe")
        guard bindsDrivers != 0 else { return }
        // udev loads a driver whose module is not loaded. If no driver exists
        // at all, no event reports that.
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

    /// Waits until the PF has its carrier back, which igb takes from it when the number of VFs changes:
    /// rates are refused without.
    ///
    /// The carrier may be missing for other reasons, so its absence is no error.
    private func awaitCarrier(
        of function: PhysicalFunction, _ monitor: LinkMonitor, _ deadline: Deadline
    ) throws {
        let deadline = Deadline(after: min(.seconds(10), deadline.remaining))
        while try !hasCarrier(function.address), !deadline.hasPassed {
            _ = try monitor.wait(until: deadline) { _ in true }
        }
    }

    private func hasCarrier(_ address: PCIAddress) throws -> Bool {
        try link(of: address, expectedName: nil, in: try hostNamespace())?.hasCarrier ?? false
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
