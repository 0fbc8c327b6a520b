internal import LinuxSystem
internal import Synchronization

/// How much longer requests to busy drivers are repeated: one allowance a minute for all requests of a program.
///
/// Each verb makes many requests with locks held. With an allowance for each of them a driver that stays busy would keep
/// every lock for half a minute, and `recover` would need that for each VF.
final class BusyPeriod: Sendable {
    private struct Period {
        let end: Deadline
        let renewal: Deadline
    }

    private let current = Mutex<Period?>(nil)

    /// Whether a request that a busy driver has refused may be repeated.
    ///
    /// - Parameter allowance: How long requests are repeated in a minute.
    func mayRepeat(within allowance: Duration) -> Bool {
        current.withLock { current in
            if current.map(\.renewal.hasPassed) ?? true {
                current = Period(
                    end: Deadline(after: allowance), renewal: Deadline(after: .seconds(60)))
            }
            return current.map { !$0.end.hasPassed } ?? false
        }
    }
}
