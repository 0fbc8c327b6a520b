/// A VF, or a PF as a whole, that was picked for an owner, and its locks, which are held as long as it lives.
struct LockedFunction {
    /// As it was seen with the locks held.
    let function: VirtualFunction
    let locks: AttachmentLocks
    /// Whether it was made sure that nobody has it; otherwise writing its record will tell.
    let isKnownFree: Bool
}
