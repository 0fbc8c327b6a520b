package import DaemonInterface
internal import Synchronization

/// Counts requests and the time that they took.
package final class CallCounter: Sendable {
    private let counts = Mutex(
        DaemonReport.Requests(total: 0, failed: 0, active: 0, byCall: [:]))

    package init() {}

    /// What was counted so far.
    package var report: DaemonReport.Requests {
        var report = counts.withLock { $0 }
        for (path, call) in report.byCall {
            report.byCall[path]?.seconds = (call.seconds * 1000).rounded() / 1000
        }
        return report
    }

    func begin() {
        counts.withLock { $0.active += 1 }
    }

    func end(_ path: String, _ reply: HTTPReply, _ time: Duration) {
        // A client may make up paths without end.
        count(reply.status == 404 ? "unknown" : path, isFailure: reply.status >= 400, time)
    }

    /// A request that was given to no thread.
    func refuse(_ path: String) {
        count("refused", isFailure: true, .zero)
    }

    private func count(_ path: String, isFailure: Bool, _ time: Duration) {
        counts.withLock { counts in
            counts.active -= 1
            counts.total += 1
            if isFailure { counts.failed += 1 }
            let key = counts.byCall[path] == nil && counts.byCall.count >= 63 ? "unknown" : path
            var call =
                counts.byCall[key] ?? DaemonReport.Requests.Call(count: 0, failures: 0, seconds: 0)
            call.count += 1
            call.failures += isFailure ? 1 : 0
            call.seconds += time.inSeconds
            counts.byCall[key] = call
        }
    }
}

extension Duration {
    /// The time as a number of seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
