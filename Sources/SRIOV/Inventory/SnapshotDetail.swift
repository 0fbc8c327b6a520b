/// The level of detail of a snapshot of PFs and VFs.
package struct SnapshotDetail: Hashable, Sendable {
    /// Where interfaces of VFs are looked for that are not in the host.
    package enum Reach: Hashable, Sendable {
        /// Nowhere.
        case host
        /// Those of VFs without a record, in all network namespaces.
        case unrecorded
        /// Those of VFs with a record too, in the namespace of the record first.
        case everywhere
    }

    /// Whether stale records are distinguished from others.
    package enum Staleness: Hashable, Sendable {
        /// They are not: none counts as stale.
        case ignored
        /// They are, and where that cannot be found out a record counts as in use. Files of sriov-cni that cannot
        /// be read, for lack of rights, count as absent, with a warning.
        case seen
        /// They are, and where that cannot be found out the reading fails.
        case certain
    }

    /// What is read of each VF in sysfs.
    package var functions: FunctionDetail
    /// Where interfaces are looked for.
    package var reach: Reach
    /// Whether programs count that have a VF open through a driver of user space. This reads /proc/<pid>/fd of every
    /// process.
    package var programs: Bool
    /// Whether what the PF's drivers and interfaces count is read too.
    package var counters: Bool
    /// Whether stale records are told from others.
    package var staleness: Staleness

    package init(
        functions: FunctionDetail = .work, reach: Reach = .everywhere, programs: Bool = false,
        counters: Bool = false, staleness: Staleness = .seen
    ) {
        self.functions = functions
        self.reach = reach
        self.programs = programs
        self.counters = counters
        self.staleness = staleness
    }
}
