/// A VF, or a PF as a whole, that was picked for an owner, and its locks, which are held as long as it lives.
struct LockedFunction {
    /// The subject of the owner's record.
    let subject: AttachmentSubject
    /// As it was seen with the locks held.
    let function: VirtualFunction
    let locks: AttachmentLocks
    /// Whether it is known to be free; otherwise the insert of its record finds out.
    let isKnownFree: Bool

    /// A VF.
    init(function: VirtualFunction, locks: AttachmentLocks, isKnownFree: Bool) {
        self.init(
            subject: AttachmentSubject(function), function: function, locks: locks,
            isKnownFree: isKnownFree)
    }

    init(
        subject: AttachmentSubject, function: VirtualFunction, locks: AttachmentLocks,
        isKnownFree: Bool
    ) {
        self.subject = subject
        self.function = function
        self.locks = locks
        self.isKnownFree = isKnownFree
    }
}
