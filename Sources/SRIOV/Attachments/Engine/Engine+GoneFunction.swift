internal import LinuxSystem

extension Engine {
    /// Whether the PCI function that a record is about is gone for certain, so that the record has lost its subject.
    ///
    /// Nothing is left of such an attachment but the front end's part: the interface went with the function,
    /// wherever it was, and so did the PF's settings, because the driver starts with default settings for the VFs that
    /// it makes. A function that has the address now, after VFs were made again or the card was plugged in
    /// again, is not part of the attachment. It is not changed, because it may be in use already, and the next
    /// owner can have it, although the namespace of the record may still exist.
    ///
    /// What proves it is that the kernel has no function at the address, or has made another device for it
    /// than the one that was recorded. Other evidence is not sufficient. An interface in the host
    /// while the container has none may have been moved there by hand, or by a container engine before its call, and
    /// come back. A new binding of the driver makes a new interface of the VF that the owner still has.
    /// Names, indexes and MACs are reused.
    func functionIsGone(of attachment: Attachment) -> Bool { loss(of: attachment) != nil }

    /// That the function of a record is gone; nil if that is not certain.
    func loss(of attachment: Attachment) -> SubjectLoss? {
        let address = attachment.function
        guard host.functionExists(at: address) else { return .gone(attachment.subject) }
        guard let recorded = attachment.functionInstance,
            let present = host.functionInstance(at: address), present != recorded
        else { return nil }
        return .replaced(attachment.subject)
    }
}
