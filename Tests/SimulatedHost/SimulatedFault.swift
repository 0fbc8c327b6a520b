/// When a simulated host goes wrong.
package enum SimulatedFault: Hashable, Sendable {
    case none
    /// The n-th step, counted from 1, fails once with EIO and has no effect.
    case fail(at: Int)
    /// The process dies before the n-th step: it and every later one throw `SimulatedDeath`.
    case die(at: Int)
}
