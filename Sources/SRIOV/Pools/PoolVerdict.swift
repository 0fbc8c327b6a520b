/// Why a VF is in a pool, or is not.
package struct PoolVerdict: Hashable, Sendable {
    /// The pool that was compared.
    package let pool: Pool
    /// The keys of each of the pool's selectors, held against the VF.
    package let selectors: [[PoolFilter]]
    /// Whether the VF belongs to the pool: it is the first of the list that selects it.
    package let isMember: Bool
    /// What the filters alone do not tell, one sentence each.
    package let remarks: [String]
}

extension PoolList {
    /// Every pool held against a VF, in the order of the configuration.
    package func verdicts(
        on function: VirtualFunction, of parent: PhysicalFunction
    ) -> [PoolVerdict] {
        let owner = pool(of: function, on: parent)
        return pools.map { pool in
            let isMember = pool == owner
            var remarks: [String] = []
            if pool.deviceType != .netDevice {
                remarks.append(
                    "its devices are of deviceType \(pool.deviceType.rawValue), not VFs of network "
                        + "cards")
            } else if !isMember, pool.matches(function, on: parent), let owner {
                remarks.append("pool \(owner.fullName) comes first and selects it too")
            }
            let unsupported = pool.selectors.flatMap(\.unsupported)
            if !unsupported.isEmpty {
                remarks.append(
                    "it selects by \(unsupported.joined(separator: ", ")) too, which vfmap cannot "
                        + "tell, so that it gives none of its VFs away")
            }
            if isMember, let driver = function.driver, UserspaceDriver.isKnown(driver),
                !pool.wantsUserspace(function, on: parent)
            {
                remarks.append(
                    "it is not given away by this pool while it is bound to \(driver), which the "
                        + "pool does not ask for in drivers")
            }
            return PoolVerdict(
                pool: pool,
                selectors: pool.selectors.map { $0.filters(of: function, on: parent) },
                isMember: isMember, remarks: remarks)
        }
    }
}
