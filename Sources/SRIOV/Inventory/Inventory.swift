package import Netlink

/// The PFs and VFs of this host with what is known of each, as of now.
package struct Inventory: Sendable {
    /// A PF with its interface, where it can be seen.
    package struct PFEntry: Sendable {
        package let function: PhysicalFunction
        /// nil if the PF has no interface in this namespace.
        package let link: Link?
        /// That of the PF itself, given away as a whole; nil without one, and where it is not known.
        package var attachment: Attachment?
        /// Why the attachment is not in use any more; nil if it may be.
        package var staleness: String?
    }

    /// A VF with everything that is known of it.
    package struct VFEntry: Sendable {
        package let function: VirtualFunction
        /// The PF's view; nil where the PF is not visible or has no interface here.
        package let info: VFInfo?
        /// The interface, wherever it was found; nil if the VF has none or it could not be found.
        package let link: Link?
        /// Where the interface lives: nil for this namespace, else the container's path.
        package let namespacePath: String?
        /// nil for a free VF, and where it is not known.
        package let attachment: Attachment?
        /// Whether the caller may read the state file, and so knows if there is an attachment.
        package var attachmentIsKnown = true
        /// Why the attachment is not in use any more; nil if it may be, as far as can be told without waiting.
        package var staleness: String?
    }

    /// Sorted by address.
    package let physicalFunctions: [PFEntry]
    /// Sorted by address; also those that are gone and have a record yet.
    package let virtualFunctions: [VFEntry]

    package init(physicalFunctions: [PFEntry], virtualFunctions: [VFEntry]) {
        self.physicalFunctions = physicalFunctions
        self.virtualFunctions = virtualFunctions
    }
}
