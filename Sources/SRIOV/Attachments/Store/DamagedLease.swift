/// A lease that cannot be read.
package struct DamagedLease: Hashable, Sendable {
    /// The file.
    package let path: String
    /// Why, in words.
    package let reason: String
}
