/// How a pool counts a VF.
package enum VFUse: String, Hashable, Sendable, CaseIterable {
    /// Whoever asks the pool for any VF can have it, be it after it was brought back from a container that is gone.
    case free
    /// Somebody has it: with a record; by another program's note; in another namespace, or open in a program, without
    /// either.
    case taken
    /// Nobody has it and nobody can: no interface, or the host uses it.
    case unusable
}
