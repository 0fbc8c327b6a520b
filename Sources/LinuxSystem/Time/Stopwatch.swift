internal import Glibc

/// The time since it was made.
///
/// Told by CLOCK_MONOTONIC, which costs no system call, and not by `ContinuousClock`: that comes with all of Swift's
/// concurrency.
package struct Stopwatch: Sendable {
    private let start = Self.now

    package init() {}

    package var microseconds: Int64 { (Self.now - start) / 1000 }

    package var seconds: Double { Double(Self.now - start) / 1e9 }

    /// Nanoseconds.
    private static var now: Int64 {
        var time = timespec()
        // It cannot fail: every kernel that we run on has the clock.
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
