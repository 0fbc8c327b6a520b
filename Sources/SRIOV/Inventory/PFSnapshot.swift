package import Netlink

/// A PF as it was at one moment, with its VFs.
package struct PFSnapshot: Hashable, Sendable {
    /// The PF as sysfs shows it.
    package var function: PhysicalFunction
    /// nil if the PF has no interface in this namespace.
    package var link: Link?
    /// The occupancy of the PF itself, as a whole.
    package var occupancy: Occupancy
    /// In order of their index.
    package var virtualFunctions: [VFSnapshot]

    package init(
        function: PhysicalFunction, link: Link? = nil, occupancy: Occupancy = .free,
        virtualFunctions: [VFSnapshot] = []
    ) {
        self.function = function
        self.link = link
        self.occupancy = occupancy
        self.virtualFunctions = virtualFunctions
    }
}
