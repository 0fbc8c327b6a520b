package import LinuxSystem

/// A record in the state file that cannot be read.
package struct DamagedRecord: Hashable, Sendable {
    /// The function that it is about, by its column; nil if that is damaged too.
    package let address: PCIAddress?
    /// The reason.
    package let problem: StoreError
}
