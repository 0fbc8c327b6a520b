internal import Netlink

/// A VF about to be given away: what it is, how it is, and what must change.
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
