package import LinuxSystem
package import SRIOV

extension NodeConfigurator {
    /// Binds a VF that nobody uses to another driver.
    ///
    /// No module is loaded. A VF that has the driver already is left alone.
    ///
    /// - Returns: The VF as it is afterwards.
    /// - Throws: `ManagerError` `inUse` with whoever uses the VF, `unsupported` if the driver is not there or does
    ///   not take it; the driver of before is bound then.
    package func bind(
        _ address: PCIAddress, to driver: VFDriver
    ) throws(ManagerError) -> VirtualFunction {
        let function = try engine.virtualFunction(at: address)
        if let name = driver.name, !host.driverExists(name) {
            throw ManagerError(
                .unsupported,
                "there is no driver \(name) in the kernel: load its module (modprobe \(name))")
        }
        // The kernel's choice may depend on what concerns all VFs of the PF.
        let locks = try AttachmentLocks(
            function, parentMode: driver.name == nil ? .exclusive : .shared, in: locks,
            deadline: Deadline(after: timeouts.lock))
        return try withExtendedLifetime(locks) { () throws(ManagerError) -> VirtualFunction in
            try engine.reclaimIfStale(function)
            do {
                guard let present = try host.virtualFunction(at: address) else {
                    throw ManagerError(.notFound, "VF \(address) is gone")
                }
                if driver.isSatisfied(by: present.driver) { return present }
                if let user = try engine.reader(of: [], isForOne: true).snapshot(of: present)
                    .obstacle
                {
                    throw ManagerError(.inUse, "\(user)")
                }
                try bindLocked(present, to: driver)
                return try host.virtualFunction(at: address) ?? present
            } catch {
                throw error as? ManagerError ?? .wrapping(error, "bind \(address) to \(driver)")
            }
        }
    }

    /// Binds a VF with its lock held, and the PF's exclusive one unless the driver is named.
    func bindLocked(_ function: VirtualFunction, to driver: VFDriver) throws {
        func bind() throws {
            try host.bindDriver(
                driver.name, to: function.address, deadline: Deadline(after: timeouts.binding))
        }
        guard driver.name == nil, let parent = function.physicalFunction else { return try bind() }
        try engine.withAutoprobe(of: parent, bind)
    }
}
