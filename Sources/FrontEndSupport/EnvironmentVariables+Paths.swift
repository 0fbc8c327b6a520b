package import LinuxSystem
internal import SRIOV

/// Where files lie: each variable names another place than the usual one. One that is empty counts as unset.
///
/// Every program reads them here, so that all of them agree.
extension EnvironmentVariables {
    /// The state file: `VFMAP_STATE`.
    package var statePath: String { nonEmpty("VFMAP_STATE") ?? AttachmentStore.defaultPath }

    /// The configuration file: `VFMAP_CONFIG`.
    package var configurationPath: String { nonEmpty("VFMAP_CONFIG") ?? PoolList.defaultPath }

    /// The directory of sockets and locks: `VFMAP_RUN`.
    package var runDirectory: String { nonEmpty("VFMAP_RUN") ?? "/run/vfmap" }

    /// The directory of the lock files, below `runDirectory`.
    package var lockDirectory: String { runDirectory + "/locks" }
}
