package import LinuxSystem

/// `sriov_drivers_autoprobe` concerns all VFs of a PF, and to bind one to the driver of the kernel's choice it must be
/// on. Where an administrator has switched it off, it is switched on for the binding only.
///
/// The PF's exclusive lock keeps other processes from working with the temporary value. If the process dies, the note
/// beside the state file makes the next holder of that lock, or `recover`, switch it off again.
extension Engine {
    /// Takes the exclusive lock of a PF, for what concerns all its VFs, and ends what a dead process left of it.
    ///
    /// - Throws: `ManagerError` `inUse` if another process held the lock until the deadline; the code of the cause if
    ///   `sriov_drivers_autoprobe` cannot be switched off again. The lock is free again and a note stays then.
    package func lockWhole(_ address: PCIAddress) throws(ManagerError) -> FileLock {
        let lock = try locks.lock(
            address, .exclusive, deadline: Deadline(after: timeouts.lock))
        do {
            try endAutoprobe(of: address)
        } catch {
            throw .wrapping(error, "switch sriov_drivers_autoprobe of \(address) off again")
        }
        return lock
    }

    /// Has the kernel bind drivers to a PF's VFs while the body runs, where it does not otherwise.
    ///
    /// The PF's exclusive lock must be held.
    ///
    /// - Throws: What the body throws, `SystemCallError` if the attribute cannot be read or written, `StoreError` if
    ///   the note cannot. The attribute is off again, or the note stays.
    package func withAutoprobe(of address: PCIAddress, _ body: () throws -> Void) throws {
        try endAutoprobe(of: address)
        guard try host.bindsDrivers(to: address) == false else { return try body() }
        try store.writeAutoprobeNote(autoprobeNote(of: address), of: address)
        do {
            try host.setBindsDrivers(true, to: address)
            try body()
        } catch {
            // The first error is thrown; the note makes the next holder of the lock try again.
            try? endAutoprobe(of: address)
            throw error
        }
        try endAutoprobe(of: address)
    }

    /// Switches it off again if there is a note that says so, and erases the note.
    ///
    /// The PF's exclusive lock must be held.
    func endAutoprobe(of address: PCIAddress) throws {
        guard let note = try store.autoprobeNotes.text(of: address) else { return }
        if note == autoprobeNote(of: address), host.functionExists(at: address) {
            try host.setBindsDrivers(false, to: address)
        }
        try store.eraseAutoprobeNote(of: address)
    }

    /// Undoes the temporary autoprobe of dead processes, for every PF on which no other process works.
    func endAbandonedAutoprobe() {
        do {
            for address in try store.autoprobeNotes.physicalFunctions() {
                // The process that holds the lock does it.
                guard let lock = try locks.lockIfFree(address) else { continue }
                try withExtendedLifetime(lock) { try endAutoprobe(of: address) }
            }
        } catch {
            warn("switch sriov_drivers_autoprobe off again: \(error), proceeding anyway")
        }
    }

    /// The boot and the device that a note names.
    private func autoprobeNote(of address: PCIAddress) -> String {
        "\(store.boot.rawValue) \(host.functionInstance(at: address) ?? 0)"
    }
}
