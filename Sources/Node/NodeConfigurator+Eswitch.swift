internal import LinuxSystem
package import Netlink
package import SRIOV

extension NodeConfigurator {
    /// How a PF's switch is run.
    ///
    /// - Throws: `ManagerError` `unsupported` if its driver has no such modes.
    package func eswitchMode(
        of function: PhysicalFunction
    ) throws(ManagerError) -> EswitchMode {
        do {
            if let mode = try host.eswitchMode(of: function.address) { return mode }
        } catch {
            throw .wrapping(error, "read the eswitch mode of \(function.displayName)")
        }
        throw ManagerError(
            .unsupported,
            "eswitch modes of \(function.displayName) are unsupported by "
                + (function.driver ?? "no driver"))
    }

    /// Changes how a PF's switch is run; its VFs may have to be removed before, which is left to the caller.
    ///
    /// - Throws: `ManagerError` `inUse` with everything on the PF that it would disturb, `unsupported` if the driver
    ///   has no such modes; the driver's own reason if it refuses.
    package func setEswitchMode(
        _ mode: EswitchMode, of function: PhysicalFunction
    ) throws(ManagerError) {
        let lock = try engine.lockWhole(function.address)
        defer { withExtendedLifetime(lock) {} }
        guard try eswitchMode(of: function) != mode else { return }
        do {
            let attachments = try store.attachments(ofPhysicalFunction: function.address)
            let obstacles = try engine.obstacles(to: function, attachments)
            guard obstacles.isEmpty else {
                throw ManagerError(
                    .inUse,
                    "changing the eswitch mode of \(function.displayName) would disturb what is in "
                        + "use: " + obstacles.joined)
            }
            try host.setEswitchMode(mode, of: function.address)
        } catch {
            throw error as? ManagerError
                ?? .wrapping(error, "set the eswitch mode of \(function.displayName)")
        }
    }
}
