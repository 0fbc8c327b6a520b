/// The user that would be disturbed if a function vanished, or got another driver.
package struct Obstacle: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// It has a record, even if it is stale: the record's resources are lost with the function.
        case recorded(AttachmentPhase, AttachmentOwner)
        /// sriov-cni's cache has an owner of it.
        ///
        /// - Parameter holder: The owner, as text from the cache.
        case claimed(holder: String)
        /// Its interface is in another network namespace, and no record says why.
        case elsewhere
        case usedByHost(HostUse)
        /// The programs that have it open: `qemu-system-x86 (4711)`.
        case open(in: [String])
        /// It has no interface in the host, and may have one elsewhere.
        case notFound
        /// Whether it has a record is not known.
        case unknown
    }

    /// The function that would be disturbed.
    package let subject: AttachmentSubject
    /// Why it counts as in use.
    package let reason: Reason

    package init(_ subject: AttachmentSubject, _ reason: Reason) {
        self.subject = subject
        self.reason = reason
    }
}

extension Obstacle: CustomStringConvertible {
    /// `VF 0000:03:10.2 is attached to cni sriov-net 4f1c9a/net1`
    package var description: String {
        switch reason {
        case .recorded(let phase, let owner): "\(subject) is \(phase.rawValue) to \(owner)"
        case .claimed(let holder): "\(subject) is in use: \(holder)"
        case .elsewhere: "\(subject) is in another network namespace with no record"
        case .usedByHost(let use): "\(subject): \(use)"
        case .open(let programs): "\(subject) is open in \(programs.joined(separator: ", "))"
        case .notFound:
            "\(subject) has no interface in the host, and not all network namespaces could be "
                + "searched for it"
        case .unknown: "\(subject) may have a record, which cannot be read"
        }
    }
}

extension Sequence<Obstacle> {
    /// All of them in one sentence.
    package var joined: String { map(\.description).joined(separator: "; ") }
}
