internal import Netlink

/// A VF about to be given away: its identity, its state, and the necessary changes.
struct AttachCandidate {
    let function: VirtualFunction
    /// The interface in the host; nil for VFs of userspace drivers.
    let link: Link?
    /// nil where the PF is not visible.
    let parent: PhysicalFunctionInfo?
    /// The originals; nil where the PF is not visible.
    let infoBefore: VFState?
    let changes: [VFAttribute]
}
