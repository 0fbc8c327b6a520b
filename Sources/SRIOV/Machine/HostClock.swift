package import LinuxSystem

/// The boot and its time.
///
/// Errors are as `Host` says.
package protocol HostClock: Sendable {
    /// The identity of this boot.
    func bootIdentity() throws -> BootIdentity

    /// Seconds since 1970.
    func now() -> Int64

    /// Seconds since the machine was booted, suspended time included (`CLOCK_BOOTTIME`); changes of the wall clock do
    /// not affect them.
    func uptime() -> Int64
}
