/// A moment after which waiting is given up, and the time that was allowed, for the error.
package struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    /// The time that was allowed.
    package let allowance: Duration

    /// A deadline that lies `allowance` from now.
    package init(after allowance: Duration) {
        self.allowance = allowance
        instant = ContinuousClock.now.advanced(by: allowance)
    }

    /// The time left; zero when the deadline has passed.
    package var remaining: Duration {
        max(.zero, ContinuousClock.now.duration(to: instant))
    }

    package var hasPassed: Bool { remaining == .zero }

    /// The time left in whole milliseconds, rounded up, as poll(2) takes it.
    package var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = remaining.components
        let milliseconds =
            seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }
}
