internal import LinuxSystem
internal import Netlink

extension Engine {
    /// The PF that an administrator names.
    ///
    /// - Throws: `ManagerError` `notFound` if there is none.
    package func physicalFunction(
        _ reference: PhysicalFunctionReference
    ) throws(ManagerError) -> PhysicalFunction {
        let found: PhysicalFunction?
        do {
            switch reference {
            case .address(let address): found = try host.physicalFunction(at: address)
            case .interface(let name): found = try host.physicalFunction(named: name)
            }
        } catch {
            throw .wrapping(error, "look for the physical function \(reference)")
        }
        if let found { return found }
        throw ManagerError(.notFound, "\(reference) is not a physical function with SR-IOV")
    }

    /// The VFs of a selection: those of a PF by index, those of a pool by PF and index.
    func candidates(of selection: VFSelection) throws(ManagerError) -> VFCandidates {
        switch selection {
        case .address(let address):
            return VFCandidates(
                subject: "VF \(address)", addresses: [address], physicalFunctions: [])
        case .anyOf(let address):
            let parent = try physicalFunction(.address(address))
            return VFCandidates(
                subject: parent.displayName, addresses: parent.orderedVirtualFunctions,
                physicalFunctions: [parent])
        case .pool(let name, let list):
            let pool = try list.pool(named: name)
            do {
                return try candidates(of: pool, in: list)
            } catch {
                throw .wrapping(error, "look for the VFs of pool \(name)")
            }
        }
    }

    private func candidates(of pool: Pool, in list: PoolList) throws -> VFCandidates {
        var addresses: [PCIAddress] = []
        var parents: [PhysicalFunction] = []
        var userspace: Set<PCIAddress> = []
        for parent in try host.physicalFunctions() {
            let members = try host.virtualFunctions(of: parent, detail: .all).filter {
                list.pool(of: $0, on: parent) == pool
            }
            guard !members.isEmpty else { continue }
            parents.append(parent)
            addresses += members.map(\.address)
            userspace.formUnion(
                members.filter { pool.wantsUserspace($0, on: parent) }.map(\.address))
        }
        return VFCandidates(
            subject: "pool \(pool.fullName)", addresses: addresses, physicalFunctions: parents,
            userspace: userspace)
    }

    /// Whether a VF can be given away, after a stale attachment is brought back.
    ///
    /// - Parameter record: The VF's; nil for none.
    func isClaimable(
        _ function: VirtualFunction, _ record: Attachment?, in candidates: VFCandidates
    ) throws(ManagerError) -> Bool {
        try occupancy(of: function, record, in: candidates)
            .isClaimable(asUserspace: candidates.userspace.contains(function.address))
    }

    /// The occupancy of a VF of a selection.
    private func occupancy(
        of function: VirtualFunction, _ record: Attachment?, in candidates: VFCandidates
    ) throws(ManagerError) -> Occupancy {
        do {
            var function = function
            let isWanted = candidates.userspace.contains(function.address)
            // The IOMMU group identifies the programs that have it open.
            if isWanted, let whole = try host.virtualFunction(at: function.address) {
                function = whole
            }
            let reader = SnapshotReader(
                self, SnapshotDetail(reach: .host, programs: isWanted, staleness: .certain),
                KnownRecords([record].compactMap(\.self)), isForOne: true,
                searchingUntil: Deadline(after: timeouts.search))
            return try reader.snapshot(of: function).occupancy
        } catch {
            throw error as? ManagerError
                ?? .wrapping(error, "read the state of \(function.address)")
        }
    }
}

extension PhysicalFunction {
    /// The VFs in order of their index.
    var orderedVirtualFunctions: [PCIAddress] {
        virtualFunctions.sorted { $0.key < $1.key }.map(\.value)
    }
}
