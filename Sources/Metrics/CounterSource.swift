/// Where the counters of a VF come from.
package enum CounterSource: String, Hashable, Sendable, CaseIterable {
    /// The PF's driver, asked by netlink (`IFLA_VF_STATS`).
    case physicalFunction = "pf"
    /// The PF's driver, by files (`device/sriov/<index>/stats`).
    case sysfs
    /// The VF's own interface, in the host or in its container.
    case interface
}
