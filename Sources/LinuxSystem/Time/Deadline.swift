internal import Glibc

/// A moment after which waiting is given up, and the time that was allowed, for the error.
///
/// It is told by CLOCK_BOOTTIME, which goes on while the machine sleeps and which nobody sets. Not by
/// `ContinuousClock`: that comes with all of Swift's concurrency, which a program without tasks should not carry.
package struct Deadline: Sendable {
    /// Since the machine was booted.
    private let moment: Duration

    /// The time that was allowed.
    package let allowance: Duration

    /// A deadline that lies `allowance` from now.
    package init(after allowance: Duration) {
        self.allowance = allowance
        moment = Self.now + allowance
    }

    /// The time left; zero when the deadline has passed.
    package var remaining: Duration { max(.zero, moment - Self.now) }

    package var hasPassed: Bool { remaining == .zero }

    /// The time left in whole milliseconds, rounded up, as poll(2) takes it.
    package var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = remaining.components
        let milliseconds =
            seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }

    private static var now: Duration {
        var time = timespec()
        // It cannot fail: every kernel that we run on has the clock.
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
