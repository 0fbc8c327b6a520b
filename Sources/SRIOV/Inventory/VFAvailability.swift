/// Whether an attach could succeed now, as far as that is known without an attempt.
package enum VFAvailability: Hashable, Sendable {
    case available
    /// There is no free VF; those that are attached work. The reason in words.
    case exhausted(String)
    /// The hardware is gone or down, so what is attached has no network either. The reason in words.
    case disconnected(String)
}
