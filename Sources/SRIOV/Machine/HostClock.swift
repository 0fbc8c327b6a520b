package import LinuxSystem

/// The boot and its time.
///
/// Errors are as `Host` says.
package protocol HostClock: Sendable {
    /// The identity of this boot.
    func bootIdentity() throws -> BootIdentity

    /// Seconds since 1970.
    func now() -> Int64

    /// Seconds since the machine was booted, counting those asleep; no change of the clock disturbs them.
    func uptime() -> Int64
}
