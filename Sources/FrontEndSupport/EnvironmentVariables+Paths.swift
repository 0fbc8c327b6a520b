package import LinuxSystem
package import SRIOV

/// Where files lie: each variable names another place than the usual one. One that is empty counts as unset.
///
/// Every program reads them here, so that all of them agree.
extension EnvironmentVariables {
    /// The state: `VFMAP_STATE` names its file, with everything else beside it; else it lies in `runDirectory`, and what
    /// outlives a boot in `/var/lib/vfmap`.
    ///
    /// - Parameter path: A state file that was named otherwise, by an option; nil for none.
    package func statePaths(path: String? = nil) -> StatePaths {
        (path ?? nonEmpty("VFMAP_STATE")).map(StatePaths.init(beside:))
            ?? StatePaths(runDirectory: runDirectory)
    }

    /// The configuration file: `VFMAP_CONFIG`.
    package var configurationPath: String { nonEmpty("VFMAP_CONFIG") ?? PoolList.defaultPath }

    /// The directory of sockets and locks: `VFMAP_RUN`.
    package var runDirectory: String { nonEmpty("VFMAP_RUN") ?? "/run/vfmap" }

    /// The directory of the lock files, below `runDirectory`.
    package var lockDirectory: String { runDirectory + "/locks" }
}
