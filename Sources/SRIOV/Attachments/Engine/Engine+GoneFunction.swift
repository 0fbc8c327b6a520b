internal import LinuxSystem

extension Engine {
    /// Whether the PCI function that a record is about is gone for certain, so that the record has lost its subject.
    ///
    /// Nothing is left of such an attachment but the front end's part: the interface went with the function,
    /// wherever it was, and so did what the PF had set, for the driver begins anew with the VFs that it makes.
    /// A function that has the address now, after VFs were made anew or the card was plugged in again, has
    /// nothing to do with the attachment. It is not touched, for somebody may use it already, and it is not kept
    /// from the next owner, although the namespace of the record may live on.
    ///
    /// What proves it is that the kernel has no function at the address, or has made another device for it
    /// than the one that was recorded. Nothing less would do. An interface in the host while the container
    /// has none may have been moved there by hand, or by a container engine that is about to say so, and come back. A
    /// new interface is what every new binding of the driver makes, of the VF that the owner still has. Names,
    /// indexes and MACs come again.
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
