/// What the daemon's exit status tells.
package enum DaemonExit: Int32, Sendable {
    /// It stopped as it was told to; or the configuration is sound.
    case success = 0
    /// It cannot start, or a part of it failed.
    case failure = 1
    /// The arguments are wrong. `EX_USAGE` of <sysexits.h>.
    case usage = 64
    /// The configuration is wrong. `EX_CONFIG` of <sysexits.h>.
    case configuration = 78
}
