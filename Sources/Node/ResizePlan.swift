package import SRIOV

/// What changing the number of VFs would do, and what forbids it.
package struct ResizePlan: Hashable, Sendable {
    /// The PF as it was when the plan was made.
    package let function: PhysicalFunction
    /// The number of VFs wanted.
    package let count: Int
    /// What is written to `sriov_numvfs`, in order; empty if the number is right already.
    package let writes: [Int]
    /// Why it must not be done unless forced.
    package let obstacles: [Obstacle]
    /// The attachments that would be lost.
    package let attachments: [Attachment]
}
