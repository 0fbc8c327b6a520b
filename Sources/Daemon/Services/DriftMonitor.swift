package import DaemonInterface
internal import FrontEndSupport
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import Node
package import SRIOV
internal import Synchronization

/// Compares PFs with what the configuration asks of them, tells of differences, and mends them if it is to.
///
/// Mending is what `vfmap apply` does without `--force`: nothing that is in use is disturbed. What was tried on a PF is
/// not tried again for a while, and then less and less often; something new to do on it is tried at once.
package final class DriftMonitor<H: Host>: Sendable {
    private struct Attempt {
        var steps: Set<NodeStep>
        var time: ContinuousClock.Instant
        /// How long the same steps are not tried again.
        var pause: Duration
    }

    private struct State {
        var report: DaemonReport.Drift?
        var attempts: [PCIAddress: Attempt] = [:]
        var remediations = ["done": 0, "refused": 0, "failed": 0]
        /// What was said of the last look, so that it is said once.
        var said: Set<String> = []
        /// The same of attempts, for as long as they are not repeated.
        var saidOfAttempts: Set<String> = []
    }

    private let context: Context<H>
    private let configurationPath: String
    private let handling: DaemonConfiguration.DriftHandling
    private let pauses: ClosedRange<Duration>
    private let log: DaemonLog
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - configurationPath: Read anew at every look.
    ///   - pauses: How long steps that were tried are not tried again: after the first time, and at most.
    package init(
        context: Context<H>, configurationPath: String,
        handling: DaemonConfiguration.DriftHandling,
        pauses: ClosedRange<Duration> = .seconds(60) ... .seconds(3600), log: DaemonLog,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.context = context
        self.configurationPath = configurationPath
        self.handling = handling
        self.pauses = pauses
        self.log = log
        self.now = now
    }

    /// What was found last; nil before the first look, and where the configuration names no PF.
    package var report: DaemonReport.Drift? { state.withLock { $0.report } }

    /// How many steps were taken, by how they ended: `done`, `refused`, `failed`.
    package var remediations: [String: Int] { state.withLock { $0.remediations } }

    /// Looks, and mends if it is to; called by one thread at a time.
    package func look() {
        var said: Set<String> = []
        var saidOfAttempts: Set<String> = []
        do {
            guard let configuration = try configuration() else {
                state.withLock { $0.report = nil }
                return
            }
            var plan = try context.node.nodePlan(for: configuration)
            tell(plan, &said)
            if handling == .remediate, try remediate(plan, configuration, &saidOfAttempts) {
                plan = try context.node.nodePlan(for: configuration)
            }
            let present = plan.entries.filter { !$0.selectsNothing }
            set(present.map(DaemonReport.Drift.Function.init), error: nil)
        } catch {
            say("PFs cannot be compared with the configuration", ["error": "\(error)"], &said)
            set(report?.functions ?? [], error: "\(error)")
        }
        // What is over may be said again when it comes back.
        state.withLock { state in
            state.said = said
            state.saidOfAttempts = saidOfAttempts
        }
    }

    /// nil if no PF is configured.
    private func configuration() throws(ManagerError) -> NodeConfiguration? {
        do {
            let configuration = try NodeConfiguration.read(configurationPath)
            return configuration.physicalFunctions.isEmpty ? nil : configuration
        } catch  where error.code == .notFound {
            return nil
        }
    }

    private func set(_ functions: [DaemonReport.Drift.Function], error: String?) {
        let report = DaemonReport.Drift(
            handling: handling.rawValue, at: Int64(time(nil)), error: error, functions: functions)
        state.withLock { $0.report = report }
    }

    // MARK: Mending

    /// - Returns: Whether anything was tried.
    private func remediate(
        _ plan: NodePlan, _ configuration: NodeConfiguration, _ said: inout Set<String>
    ) throws -> Bool {
        let now = now()
        let drifted = plan.entries.filter { $0.address != nil && !$0.changes.isEmpty }
        let due = drifted.filter { !isPaused($0, now) }
        let excluded = drifted.filter { isPaused($0, now) }.compactMap(\.address)
        if !excluded.isEmpty { said = state.withLock { $0.saidOfAttempts } }
        guard !due.isEmpty else { return false }
        for entry in due { note(entry, now) }
        let report = try context.node.apply(configuration, force: false, except: Set(excluded))
        for entry in report.entries {
            for step in entry.steps { tell(step, of: entry, &said) }
        }
        return true
    }

    private func isPaused(_ entry: NodePlan.Entry, _ now: ContinuousClock.Instant) -> Bool {
        guard let address = entry.address,
            let attempt = state.withLock({ $0.attempts[address] })
        else { return false }
        return now < attempt.time + attempt.pause
            && attempt.steps.isSuperset(of: entry.changes.map(\.step))
    }

    private func note(_ entry: NodePlan.Entry, _ now: ContinuousClock.Instant) {
        guard let address = entry.address else { return }
        let steps = Set(entry.changes.map(\.step))
        state.withLock { state in
            guard let last = state.attempts[address], now < last.time + last.pause * 2 else {
                state.attempts[address] = Attempt(
                    steps: steps, time: now, pause: pauses.lowerBound)
                return
            }
            // It comes back soon: somebody undoes it, or it never works.
            state.attempts[address] = Attempt(
                steps: steps.union(last.steps), time: now,
                pause: min(last.pause * 2, pauses.upperBound))
        }
    }

    // MARK: Telling

    private func tell(_ plan: NodePlan, _ said: inout Set<String>) {
        for entry in plan.entries where !entry.isEmpty {
            let texts = entry.changes.map { "\($0.step)" } + entry.problems
            say(
                "drift",
                ["pf": "\(entry.name)", "found": "\(Self.beginning(of: texts))"], &said,
                isFailure: false)
        }
    }

    private func tell(
        _ step: ApplyReport.Step, of entry: ApplyReport.Entry, _ said: inout Set<String>
    ) {
        var fields: Logger.Metadata = ["pf": "\(entry.name)", "step": "\(step.step)"]
        let result: String
        switch step.result {
        case .done:
            result = "done"
            log.logger.info("mended", metadata: fields)
        case .refused(let obstacles):
            result = "refused"
            fields["because"] = "\(Self.beginning(of: obstacles.map(\.description)))"
            say("not mended, it is in use", fields, &said, isFailure: false)
        case .failed(let text):
            result = "failed"
            fields["error"] = "\(text)"
            say("not mended", fields, &said)
        case .skipped: return
        }
        state.withLock { $0.remediations[result, default: 0] += 1 }
    }

    private static func beginning(of texts: [String]) -> String {
        let first = texts.prefix(4).joined(separator: "; ")
        return texts.count > 4 ? "\(first); and \(texts.count - 4) more" : first
    }

    /// Says something once, for as long as it stays true.
    private func say(
        _ message: String, _ fields: Logger.Metadata, _ said: inout Set<String>,
        isFailure: Bool = true
    ) {
        let key = LogLine.text(.warning, message, fields)
        said.insert(key)
        if state.withLock({ $0.said.contains(key) || $0.saidOfAttempts.contains(key) }) {
            log.logger.debug("\(message), as before", metadata: fields)
        } else if isFailure {
            log.failure(.warning, message, fields)
        } else {
            log.logger.warning("\(message)", metadata: fields)
        }
    }
}

extension DaemonReport.Drift.Function {
    fileprivate init(_ entry: NodePlan.Entry) {
        self.init(
            name: entry.name, stepCount: entry.changes.count,
            steps: entry.changes.prefix(16).map { "\($0.step)" }, problems: entry.problems)
    }
}
