/// The pools of a configuration file, in its order.
///
/// They are disjoint: a VF that several select belongs to the first of them.
package struct PoolList: Hashable, Sendable {
    /// The file that they come from, for errors.
    package let path: String
    /// In the order of the file: a VF belongs to the first that selects it.
    package let pools: [Pool]

    package init(path: String, pools: [Pool]) {
        self.path = path
        self.pools = pools
    }

    /// The pool of a VF; nil if none selects it.
    package func pool(
        of function: VirtualFunction, on parent: PhysicalFunction
    ) -> Pool? {
        pools.first { $0.matches(function, on: parent) }
    }

    /// The pool with a `resourceName`, or with `resourcePrefix/resourceName`.
    ///
    /// - Throws: `ManagerError` `invalidRequest` if there is none, several with different prefixes, or one whose
    ///   devices cannot be told or are no VFs.
    package func pool(named name: String) throws(ManagerError) -> Pool {
        let subject = "pool \"\(name)\""
        let named = pools.filter { $0.fullName == name || $0.name == name }
        let exact = named.filter { $0.fullName == name }
        guard let pool = exact.first ?? named.first else {
            let others = pools.map(\.fullName).joined(separator: ", ")
            throw ManagerError(
                .invalidRequest,
                "\(subject) is not in \(path), which has \(others.isEmpty ? "none" : others)")
        }
        guard !exact.isEmpty || named.count == 1 else {
            let names = named.map(\.fullName).joined(separator: ", ")
            throw ManagerError(
                .invalidRequest, "\(subject) stands for several in \(path): \(names)")
        }
        guard pool.deviceType == .netDevice else {
            throw ManagerError(
                .invalidRequest,
                "\(subject) of \(path) is of deviceType \(pool.deviceType.rawValue), which has no "
                    + "interfaces to give")
        }
        let unsupported = pool.selectors.flatMap(\.unsupported)
        guard unsupported.isEmpty else {
            throw ManagerError(
                .invalidRequest,
                "\(subject) of \(path) selects by \(unsupported.joined(separator: ", ")), which vfmap "
                    + "cannot")
        }
        return pool
    }
}

extension PoolList {
    /// What must be known of VFs to tell which pool they are in.
    package var neededDetail: FunctionDetail {
        let selectors = pools.flatMap(\.selectors)
        var detail: FunctionDetail = [.work, .identifiers]
        if selectors.contains(where: \.needsRDMA) { detail.insert(.rdmaDevice) }
        if selectors.contains(where: { !$0.acpiIndexes.isEmpty }) { detail.insert(.acpiIndex) }
        // By their IOMMU groups the programs are known that have VFs open.
        if selectors.contains(where: { $0.drivers.contains(where: UserspaceDriver.isKnown) }) {
            detail.insert(.iommuGroup)
        }
        return detail
    }
}
