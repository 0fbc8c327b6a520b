internal import LinuxSystem
internal import Netlink

/// A PF that is given away as a whole: the interface itself goes into the container.
extension Engine {
    /// The PF at an address, as the subject of a record; nil if there is none.
    func wholePhysicalFunction(
        at address: PCIAddress
    ) throws(ManagerError) -> (subject: VirtualFunction, function: PhysicalFunction)? {
        do {
            guard let function = try host.physicalFunction(at: address) else { return nil }
            let subject = VirtualFunction(
                address: address, interfaceName: function.interfaceName, driver: function.driver)
            return (subject, function)
        } catch {
            throw .wrapping(error, "read PCI function \(address)")
        }
    }

    /// Takes the exclusive lock of a PF, so that no process works on its VFs meanwhile.
    ///
    /// - Throws: `ManagerError` `inUse` if the PF or one of its VFs has a record, or the host or somebody without
    ///   a record uses one of them.
    func claimWhole(
        _ parent: (subject: VirtualFunction, function: PhysicalFunction)
    ) throws(ManagerError) -> LockedFunction {
        let locks = try AttachmentLocks(
            parent.subject, in: locks, deadline: Deadline(after: timeouts.lock))
        try reclaimIfStale(parent.subject)
        let obstacles: [Obstacle]
        do {
            obstacles = try self.obstacles(
                to: parent.function,
                try store.attachments(ofPhysicalFunction: parent.function.address))
        } catch {
            throw .wrapping(error, "look at \(parent.function.displayName)")
        }
        guard obstacles.isEmpty else {
            throw ManagerError(
                .inUse,
                "\(parent.function.displayName) cannot be given away as a whole: "
                    + obstacles.joined)
        }
        guard let present = try wholePhysicalFunction(at: parent.function.address) else {
            throw ManagerError(.notFound, "\(parent.function.displayName) is gone")
        }
        return LockedFunction(
            subject: .physicalFunction(present.subject.address), function: present.subject,
            locks: locks, isKnownFree: true)
    }
}
