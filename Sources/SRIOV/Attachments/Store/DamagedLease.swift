/// A lease that cannot be read.
package struct DamagedLease: Hashable, Sendable {
    /// The file.
    package let path: String
    /// The reason, as text.
    package let reason: String
}
