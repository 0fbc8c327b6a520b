package import SRIOV

/// The configuration file of a node: what its PFs are to be like, and the pools of their VFs.
package struct NodeConfiguration: Hashable, Sendable {
    /// The pools of VFs (`resourceList`).
    package let pools: PoolList
    /// In the order of the file: of several that name a PF the first counts.
    package let physicalFunctions: [PhysicalFunctionConfiguration]

    package init(pools: PoolList, physicalFunctions: [PhysicalFunctionConfiguration]) {
        self.pools = pools
        self.physicalFunctions = physicalFunctions
    }

    /// The file that it comes from, for errors.
    package var path: String { pools.path }
}
