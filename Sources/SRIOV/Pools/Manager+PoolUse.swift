internal import LinuxSystem

extension Manager {
    /// How the VFs of a pool are used, by what can be seen without waiting and without changing anything.
    ///
    /// - Parameters:
    ///   - function: A VF of the pool that has no record.
    ///   - isElsewhere: Whether its interface is in another namespace.
    package func use(
        of function: VirtualFunction, in pool: Pool, on parent: PhysicalFunction,
        isElsewhere: Bool
    ) throws(ManagerError) -> VFUse {
        if isElsewhere { return .taken }
        if let claim = try foreignClaim(on: function.address), try isLive(claim) { return .taken }
        var candidates = VFCandidates(
            subject: pool.fullName, addresses: [function.address], physicalFunctions: [parent])
        if pool.wantsUserspace(function, on: parent) {
            candidates.userspace = [function.address]
        }
        return try isAvailable(function, in: candidates) ? .free : .unusable
    }
}
