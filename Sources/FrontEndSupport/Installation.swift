package import LinuxSystem
package import SRIOV

/// Where the files of vfmap lie on this machine.
///
/// Every program reads the environment here, so that all of them agree. Each variable names another place than the usual
/// one; one that is empty counts as unset.
package struct Installation: Hashable, Sendable {
    /// Attachments, networks and leases.
    package let state: StatePaths
    /// The directory of sockets and locks: `VFMAP_RUN`, or `/run/vfmap`.
    package let runDirectory: String
    /// The configuration file of the node: `VFMAP_CONFIG`, or `/etc/vfmap/config.json`.
    package let configuration: String
    /// Where sriov-cni keeps its files: `VFMAP_SRIOV_CNI`, or its usual place.
    package let sriovCNI: String

    /// - Parameters:
    ///   - environment: All variables of the program.
    ///   - state: A state file that an option names, in place of that of `VFMAP_STATE`; nil for none. Everything else of
    ///     the state lies beside a file that is named; else it lies in the run directory, and what outlives a boot in
    ///     `/var/lib/vfmap`.
    ///   - configuration: A configuration file that an option names; nil for none.
    package init(
        _ environment: EnvironmentVariables, state: String? = nil, configuration: String? = nil
    ) {
        let runDirectory = environment.nonEmpty("VFMAP_RUN") ?? "/run/vfmap"
        self.runDirectory = runDirectory
        self.state =
            (state ?? environment.nonEmpty("VFMAP_STATE")).map(StatePaths.init(beside:))
            ?? StatePaths(runDirectory: runDirectory)
        self.configuration =
            configuration ?? environment.nonEmpty("VFMAP_CONFIG") ?? PoolList.defaultPath
        sriovCNI = environment.nonEmpty("VFMAP_SRIOV_CNI") ?? SRIOVCNICache.defaultDirectory
    }

    /// The lock files, below the run directory.
    package var locks: LockDirectory { LockDirectory(path: runDirectory + "/locks") }

    /// What all work on VFs is done with.
    ///
    /// - Parameters:
    ///   - access: How the state is opened.
    ///   - frontEnds: Give back what front ends have given out.
    ///   - warn: Tells an operator what the operation survived.
    /// - Throws: `ManagerError` or `SystemCallError` if the boot or the host's network namespace cannot be told.
    package func makeContext<H: Host>(
        on host: H, access: AttachmentStore.Access = .readWrite, timeouts: Timeouts = Timeouts(),
        frontEnds: FrontEndRegistry, warn: @escaping @Sendable (String) -> Void
    ) throws -> Context<H> {
        try Context(
            host: host,
            store: AttachmentStore(
                paths: state, boot: try host.bootIdentity(), access: access, locks: locks),
            locks: locks, timeouts: timeouts,
            foreignClaims: SRIOVCNICache(directory: sriovCNI).claims,
            releaseFrontEnd: frontEnds.release, warn: warn)
    }
}
