package import Netlink

/// A VF as it was at one moment.
package struct VFSnapshot: Hashable, Sendable {
    /// The VF as sysfs shows it.
    package var function: VirtualFunction
    /// The PF's view; nil where the PF is not visible or has no interface here.
    package var info: VFState?
    /// The interface, wherever it was found; nil if the VF has none or it was not found.
    package var link: Link?
    /// Where the interface is: nil for this namespace, else a path of the container's.
    package var namespacePath: String?
    /// Who has the VF, or that it is free.
    package var occupancy: Occupancy
    /// What the interface counts; nil without one, and where counters were not asked for or the interface is not in
    /// the host.
    package var counters: LinkStatistics?

    package init(
        function: VirtualFunction, info: VFState? = nil, link: Link? = nil,
        namespacePath: String? = nil, occupancy: Occupancy = .free,
        counters: LinkStatistics? = nil
    ) {
        self.function = function
        self.info = info
        self.link = link
        self.namespacePath = namespacePath
        self.occupancy = occupancy
        self.counters = counters
    }

    /// The record; nil for none, and where that is not known.
    package var attachment: Attachment? { occupancy.attachment }
}
