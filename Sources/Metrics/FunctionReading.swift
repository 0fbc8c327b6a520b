package import Netlink
package import SRIOV

/// A PF with its VFs as they were read, together with their counters.
package struct FunctionReading: Hashable, Sendable {
    package struct VF: Hashable, Sendable {
        package let function: VirtualFunction
        /// nil if nobody has it, and where that is not known.
        package let attachment: Attachment?
        /// The interface, wherever it was found.
        package let link: Link?
        /// Whether the interface is in another namespace than ours.
        package let isElsewhere: Bool
        /// nil if nobody counts.
        package var counters: TrafficCounters?
        /// Whether the attachment is not in use any more.
        package var isStale = false
        /// The full name of its pool; nil if it is in none.
        package var pool: String?
        /// How it is used in its pool; nil where that could not be told.
        package var use: VFUse?
    }

    package let function: PhysicalFunction
    /// nil if the PF has no interface in this namespace.
    package let link: Link?
    /// In order of their index.
    package let vfs: [VF]
}
