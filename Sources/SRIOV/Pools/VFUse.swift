/// Whether a VF of a pool could be given to somebody.
package enum VFUse: String, Hashable, Sendable, CaseIterable {
    /// It would be found by who asks the pool for any VF.
    case free
    /// Somebody has it: with a record, be it of a container that has gone and is not cleared up after yet; by
    /// another program's note; or in another namespace without either.
    case taken
    /// Nobody has it and nobody can: no interface, or the host uses it.
    case unusable
}
