package import DaemonInterface
internal import Glibc
package import LinuxSystem
internal import Logging
package import SRIOV
internal import ServiceLifecycle
internal import Synchronization

/// Brings back what nobody has any more: at the start, when something has happened, when the patience with a runtime has run
/// out, and now and then.
///
/// The work is done on a thread of its own. A run that fails is reported, and the next one comes as planned.
package final class Reconciler: Service {
    private struct State {
        var reasons: [String] = ["start"]
        var due = ContinuousClock.now
        var isRunning = false
        var isStopping = false
        var runs = 0
        var failedRuns = 0
        var last: DaemonReport.Reconciliation.Run?
    }

    private let interval: Duration
    private let settling: Duration
    private let log: DaemonLog
    private let reconcile: @Sendable () throws -> RecoveryReport
    private let afterwards: @Sendable () -> Void
    private let signal: WakeSignal
    private let state = Mutex(State())

    /// - Parameters:
    ///   - interval: Between the end of a run and the next one if nothing calls for it.
    ///   - settling: How long after a poke it runs: what happens meanwhile is covered by the same run.
    ///   - reconcile: The work itself.
    ///   - afterwards: Called after every run, whether or not it failed, on the same thread.
    /// - Throws: `SystemCallError`.
    package init(
        interval: Duration, settling: Duration = .milliseconds(200), log: DaemonLog,
        reconcile: @escaping @Sendable () throws -> RecoveryReport,
        afterwards: @escaping @Sendable () -> Void = {}
    ) throws(SystemCallError) {
        self.interval = interval
        self.settling = settling
        self.log = log
        self.reconcile = reconcile
        self.afterwards = afterwards
        signal = try WakeSignal()
    }

    /// Calls for a run; from any thread, at any time.
    ///
    /// - Parameter reason: What has happened: `eth7 appeared`.
    package func poke(_ reason: String) {
        state.withLock { state in
            if state.reasons.isEmpty { state.due = ContinuousClock.now + settling }
            // Enough to tell what is going on, however much does.
            if state.reasons.count < 4, !state.reasons.contains(reason) {
                state.reasons.append(reason)
            }
        }
        signal.wake()
    }

    /// How many runs failed, or left something to do.
    package var failedRuns: Int { state.withLock { $0.failedRuns } }

    /// What the runs came to.
    package var report: DaemonReport.Reconciliation {
        state.withLock { state in
            let wait = (state.due - ContinuousClock.now).inSeconds
            return DaemonReport.Reconciliation(
                runs: state.runs, last: state.last,
                next: state.isRunning ? nil : Int64(time(nil)) + Int64(max(0, wait).rounded()))
        }
    }

    /// Works until the shutdown; a run that has begun is finished.
    ///
    /// - Throws: `SystemCallError` if poll(2) fails. What a run throws is logged and counted, and the next run comes as
    ///   planned.
    package func run() async throws {
        try await onThreadUntilShutdown {
            try self.work()
        } stop: {
            self.state.withLock { $0.isStopping = true }
            self.signal.wake()
        }
    }

    private enum Step {
        case stop
        case wait(Duration)
        case run(String)
    }

    private func work() throws {
        while true {
            switch state.withLock({ Self.next(&$0) }) {
            case .stop: return
            case .wait(let time): try signal.wait(until: Deadline(after: time))
            case .run(let reason): perform(reason)
            }
        }
    }

    private static func next(_ state: inout State) -> Step {
        if state.isStopping { return .stop }
        let wait = state.due - ContinuousClock.now
        if wait > .zero { return .wait(wait) }
        let reason = state.reasons.isEmpty ? "timer" : state.reasons.joined(separator: ", ")
        state.reasons = []
        state.isRunning = true
        return .run(reason)
    }

    private func perform(_ reason: String) {
        let begin = Int64(time(nil))
        let clock = ContinuousClock.now
        let outcome = Result { try reconcile() }
        let duration = ContinuousClock.now - clock
        let (entries, failures) = tell(outcome, reason: reason)
        afterwards()
        state.withLock { state in
            state.isRunning = false
            state.runs += 1
            if failures > 0 { state.failedRuns += 1 }
            state.last = DaemonReport.Reconciliation.Run(
                at: begin, duration: (duration.inSeconds * 1000).rounded() / 1000,
                reason: reason, entries: entries, failures: failures)
            var pause = state.reasons.isEmpty ? interval : settling
            if let deadline = try? outcome.get().nextDeadline { pause = min(pause, deadline) }
            state.due = ContinuousClock.now + pause
        }
    }

    /// Logs what a run did.
    ///
    /// - Returns: How many attachments needed something, and for how many something is left to do.
    private func tell(
        _ outcome: Result<RecoveryReport, any Error>, reason: String
    ) -> (entries: Int, failures: Int) {
        switch outcome {
        case .failure(let error):
            tellFailure("reconciliation failed", ["reason": "\(reason)", "error": "\(error)"])
            forget(except: ["\(error)"])
            return (0, 1)
        case .success(let report):
            var unfinished: Set<String> = []
            for entry in report.entries {
                var fields: Logger.Metadata = [
                    "vf": "\(entry.attachment.function)",
                    "owner": "\(entry.attachment.owner)", "reason": "\(reason)",
                ]
                switch entry.result {
                case .broughtBack: log.logger.info("brought back", metadata: fields)
                case .void:
                    log.logger.info("dropped the record of an earlier boot", metadata: fields)
                case .busy:
                    log.logger.debug("left alone, another process works on it", metadata: fields)
                case .incomplete(let failures):
                    let text = failures.joined(separator: "; ")
                    fields["error"] = "\(text)"
                    let key = "\(entry.attachment.function) \(text)"
                    unfinished.insert(key)
                    tellFailure("not brought back", fields, key: key)
                }
            }
            forget(except: unfinished)
            return (report.entries.count, unfinished.count)
        }
    }

    /// What the last run failed at: said once, not every minute.
    private let known = Mutex<Set<String>>([])

    private func tellFailure(_ message: String, _ fields: Logger.Metadata, key: String? = nil) {
        let key = key ?? fields["error"].map { "\($0)" } ?? ""
        if known.withLock({ $0.insert(key).inserted }) {
            log.failure(.warning, message, fields)
        } else {
            log.logger.debug("\(message), as before", metadata: fields)
        }
    }

    private func forget(except keys: Set<String>) {
        known.withLock { $0.formIntersection(keys) }
    }
}
