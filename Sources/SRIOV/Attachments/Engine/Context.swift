internal import LinuxSystem

/// The verbs on virtual functions: inventory, attach, detach, check, resize, recover.
///
/// A manager keeps nothing between calls: the kernel has the truth, the state file what was changed
/// and how to undo it, and locks that die with their holder keep processes apart. The verbs are
/// one file each: `Manager+Attach.swift` and so on; the way back, which all of them share, is
/// `Manager+BringBack.swift`.
package struct Manager<H: Host>: Sendable {
    package let host: H
    package let store: AttachmentStore
    package let locks: LockDirectory

    /// Undoes the front end's own part of an attachment, an IPAM's addresses, from what the record
    /// keeps.
    package let releaseFrontEnd: @Sendable (Attachment) throws -> Void

    /// What another program has written down of VFs that it gave away.
    package let foreignClaims: ForeignClaims

    /// Tells an operator what the operation survived.
    package let warn: @Sendable (String) -> Void

    /// How long verbs wait for locks and for the kernel.
    package let timeouts: Timeouts

    package init(
        host: H, store: AttachmentStore, locks: LockDirectory, timeouts: Timeouts = Timeouts(),
        foreignClaims: ForeignClaims = .none,
        releaseFrontEnd: @escaping @Sendable (Attachment) throws -> Void,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.store = store
        self.locks = locks
        self.timeouts = timeouts
        self.foreignClaims = foreignClaims
        self.releaseFrontEnd = releaseFrontEnd
        self.warn = warn
    }

    /// The same manager with one wait for interfaces to come back in place of one for each: namespaces are
    /// dismantled side by side, so what comes at all has come when the first wait is over.
    ///
    /// - Parameter search: The end of looking through namespaces, in place of one end for each search.
    func sharing(_ deadline: Deadline, search: Deadline) -> Self {
        var timeouts = timeouts
        timeouts.returnOfInterface = min(timeouts.returnOfInterface, deadline.remaining)
        timeouts.search = min(timeouts.search, search.remaining)
        return Self(
            host: host, store: store, locks: locks, timeouts: timeouts,
            foreignClaims: foreignClaims, releaseFrontEnd: releaseFrontEnd, warn: warn)
    }
}
