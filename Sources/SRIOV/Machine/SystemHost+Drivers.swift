package import LinuxSystem
package import Netlink

extension SystemHost {
    package func driverExists(_ name: String) -> Bool {
        sysfs.exists("bus/pci/drivers/\(name)")
    }

    /// - Throws: `ManagerError` `unsupported` if the driver does not take the VF, `SystemCallError` if sysfs refuses a
    ///   step; the driver of before is then bound again if the kernel lets it be. An interface that is missing at the
    ///   deadline is no error.
    package func bindDriver(
        _ driver: String?, to address: PCIAddress, deadline: Deadline
    ) throws {
        let override = try override(of: address)
        let before = try functions.driver(of: address)
        // It listens before the interface appears, so none is missed.
        let monitor = try LinkMonitor()
        do {
            try exchangeDriver(of: address, override: driver)
            let bound = try functions.driver(of: address)
            guard bound != nil, driver == nil || bound == driver else {
                throw ManagerError(
                    .unsupported,
                    (driver.map { "driver \($0) does not take" } ?? "no driver of the kernel takes")
                        + " VF \(address)\(try explanation(of: driver, address))")
            }
        } catch {
            // The first error is thrown; a failure to bind the old driver again is dropped.
            try? restoreDriver(before, of: address, override: override)
            throw error
        }
        while try isWaitedFor(address), !deadline.hasPassed {
            _ = try monitor.wait(until: deadline) { _ in true }
        }
    }

    /// - Throws: `SystemCallError` if sysfs or `/proc` cannot be read.
    package func programs(using functions: [VirtualFunction]) throws -> [PCIAddress: [String]] {
        var owners: [String: [PCIAddress]] = [:]
        for function in functions {
            for path in try devices(of: function) {
                owners[path, default: []].append(function.address)
            }
        }
        var programs: [PCIAddress: [String]] = [:]
        for (process, paths) in try ProcessSearch.processes(holding: Set(owners.keys)) {
            for address in Set(paths.flatMap { owners[$0] ?? [] }) {
                programs[address, default: []].append(process)
            }
        }
        return programs
    }

    /// The device files by which a driver of user space hands a VF to programs.
    private func devices(of function: VirtualFunction) throws -> Set<String> {
        let directory = self.functions.directory(of: function.address)
        var paths: Set<String> = []
        if let group = function.iommuGroup {
            paths = ["/dev/vfio/\(group)", "/dev/vfio/noiommu-\(group)"]
        }
        for name in try sysfs.entries(of: "\(directory)/vfio-dev") {
            paths.insert("/dev/vfio/devices/\(name)")
        }
        for name in try sysfs.entries(of: "\(directory)/uio") { paths.insert("/dev/\(name)") }
        return paths
    }

    /// - Throws: `SystemCallError`.
    package func bindsDrivers(to function: PCIAddress) throws -> Bool? {
        try sysfs.number(of: autoprobe(of: function)).map { $0 != 0 }
    }

    /// - Throws: `SystemCallError`; the attribute is as it was.
    package func setBindsDrivers(_ binds: Bool, to function: PCIAddress) throws {
        try sysfs.write(binds ? "1" : "0", to: autoprobe(of: function))
    }

    /// - Throws: `NetlinkError`, with `EPERM` without CAP_NET_ADMIN; `SystemCallError` if the socket cannot be opened.
    package func eswitchMode(of function: PCIAddress) throws -> EswitchMode? {
        try Devlink().eswitchMode(of: function)
    }

    /// - Throws: `NetlinkError` with the driver's reason; `SystemCallError` if the socket cannot be opened.
    package func setEswitchMode(_ mode: EswitchMode, of function: PCIAddress) throws {
        try Devlink().setEswitchMode(mode, of: function)
    }

    /// - Throws: What the condition throws; `SystemCallError` if the monitor cannot be opened or fails.
    package func wait(
        until deadline: Deadline, for condition: () throws -> Bool
    ) throws -> Bool {
        let monitor = try LinkMonitor()
        while try !condition() {
            if deadline.hasPassed { return false }
            _ = try monitor.wait(until: deadline) { _ in true }
        }
        return true
    }

    // MARK: Steps

    /// The driver that a function is reserved for; nil for none.
    private func override(of address: PCIAddress) throws -> String? {
        try sysfs.value(of: "\(functions.directory(of: address))/driver_override")
            .flatMap { $0 == "(null)" || $0.isEmpty ? nil : $0 }
    }

    private func autoprobe(of function: PCIAddress) -> String {
        "\(functions.directory(of: function))/sriov_drivers_autoprobe"
    }

    /// Takes the driver of a VF away and has the kernel look for the one of an override; nil has it choose, which it
    /// does only if it binds drivers to this PF's VFs.
    private func exchangeDriver(of address: PCIAddress, override: String?) throws {
        let directory = functions.directory(of: address)
        let hadOverride = try self.override(of: address) != nil
        // A line feed alone clears `driver_override`.
        try sysfs.write("\(override ?? "")\n", to: "\(directory)/driver_override")
        if let present = try functions.driver(of: address) {
            // One that the kernel chose is what no override asks for.
            let isChosen = override == nil && !hadOverride && !UserspaceDriver.isKnown(present)
            if present == override || isChosen { return }
            try sysfs.write("\(address)", to: "bus/pci/drivers/\(present)/unbind")
        }
        try sysfs.write("\(address)", to: "bus/pci/drivers_probe")
    }

    /// Binds a function to the driver that it had, by name: with an override the kernel asks that driver although it
    /// may bind none to this PF's VFs by itself.
    private func restoreDriver(
        _ driver: String?, of address: PCIAddress, override: String?
    ) throws {
        if let driver { try exchangeDriver(of: address, override: driver) }
        try sysfs.write(
            "\(override ?? "")\n", to: "\(functions.directory(of: address))/driver_override")
    }

    /// A hint for the administrator about a driver that did not accept a VF.
    private func explanation(of driver: String?, _ address: PCIAddress) throws -> String {
        guard driver == "vfio-pci" else { return "" }
        let function = try functions.virtualFunction(at: address)
        return function?.iommuGroup == nil
            ? ": it has no IOMMU group, so the IOMMU is off (intel_iommu=on, amd_iommu=on)" : ""
    }

    /// Whether a VF has a driver that makes interfaces, and still none: some make them after they were bound.
    private func isWaitedFor(_ address: PCIAddress) throws -> Bool {
        guard
            let function = try functions.virtualFunction(at: address, detail: .work),
            let driver = function.driver
        else { return false }
        return function.interfaceName == nil && !UserspaceDriver.isKnown(driver)
    }
}
