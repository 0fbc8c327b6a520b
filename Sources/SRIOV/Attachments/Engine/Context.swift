internal import LinuxSystem

/// What all operations on VFs use: the machine, the state file, the locks.
///
/// Nothing is kept between calls: the kernel has the state of VFs, the state file has what was changed and how to undo
/// it, and locks, which the kernel releases when their holder dies, exclude other processes. It is a class so that
/// passing it on costs one reference.
package final class Context<H: Host>: Sendable {
    /// The machine that verbs read and change.
    package let host: H
    /// The network namespace of this process, held open.
    package let home: H.Namespace
    /// The records of attachments, the networks and the leases.
    package let store: AttachmentStore
    /// The lock files of VFs and PFs.
    package let locks: LockDirectory

    /// Undoes the front end's part of an attachment, an IPAM's addresses, from the record.
    package let releaseFrontEnd: @Sendable (Attachment) throws -> Void

    /// The cache of sriov-cni: the VFs that it gave away.
    package let foreignClaims: ForeignClaims

    /// Reports warnings, about failures that did not end the operation.
    package let warn: @Sendable (String) -> Void

    /// How long verbs wait for locks and for the kernel.
    package let timeouts: Timeouts

    let busyPeriod: BusyPeriod

    /// - Throws: `ManagerError` if the network namespace of this process cannot be opened.
    package convenience init(
        host: H, store: AttachmentStore, locks: LockDirectory, timeouts: Timeouts = Timeouts(),
        foreignClaims: ForeignClaims = .none,
        releaseFrontEnd: @escaping @Sendable (Attachment) throws -> Void,
        warn: @escaping @Sendable (String) -> Void
    ) throws(ManagerError) {
        let home: H.Namespace
        do {
            home = try host.hostNamespace()
        } catch {
            throw .wrapping(error, "open the host's network namespace")
        }
        self.init(
            host: host, home: home, store: store, locks: locks, timeouts: timeouts,
            foreignClaims: foreignClaims, releaseFrontEnd: releaseFrontEnd, warn: warn,
            busyPeriod: BusyPeriod())
    }

    private init(
        host: H, home: H.Namespace, store: AttachmentStore, locks: LockDirectory,
        timeouts: Timeouts, foreignClaims: ForeignClaims,
        releaseFrontEnd: @escaping @Sendable (Attachment) throws -> Void,
        warn: @escaping @Sendable (String) -> Void, busyPeriod: BusyPeriod
    ) {
        self.host = host
        self.home = home
        self.store = store
        self.locks = locks
        self.timeouts = timeouts
        self.foreignClaims = foreignClaims
        self.releaseFrontEnd = releaseFrontEnd
        self.warn = warn
        self.busyPeriod = busyPeriod
    }

    /// The same with one wait for interfaces to come back in place of one for each: the kernel dismantles namespaces in
    /// parallel, so every interface that returns has returned when the first wait is over.
    ///
    /// - Parameter search: The end of looking through namespaces, in place of one end for each search.
    func sharing(_ deadline: Deadline, search: Deadline) -> Context {
        var timeouts = timeouts
        timeouts.returnOfInterface = min(timeouts.returnOfInterface, deadline.remaining)
        timeouts.search = min(timeouts.search, search.remaining)
        return Context(
            host: host, home: home, store: store, locks: locks, timeouts: timeouts,
            foreignClaims: foreignClaims, releaseFrontEnd: releaseFrontEnd, warn: warn,
            busyPeriod: busyPeriod)
    }
}
