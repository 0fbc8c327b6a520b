internal import DaemonInterface
internal import FrontEndSupport
internal import Glibc
package import Metrics
package import SRIOV
internal import Synchronization

/// What the metrics' socket answers: `GET /metrics`.
///
/// An answer is kept for a second: however many ask, PFs are asked once.
package final class MetricsPage<H: Host>: Sendable {
    private struct Answer {
        let bytes: [UInt8]
        let time: ContinuousClock.Instant
    }

    private let collector: NodeCollector<H>
    private let configurationPath: String
    private let operations: OperationCounter
    private let reconciler: Reconciler
    private let drift: DriftMonitor<H>
    private let keeping: Duration
    private let started = Int64(time(nil))
    private let last = Mutex<Answer?>(nil)

    /// - Parameters:
    ///   - configurationPath: Where pools are defined; read again for every answer.
    ///   - keeping: How long an answer is kept.
    package init(
        collector: NodeCollector<H>, configurationPath: String, operations: OperationCounter,
        reconciler: Reconciler, drift: DriftMonitor<H>, keeping: Duration = .seconds(1)
    ) {
        self.collector = collector
        self.configurationPath = configurationPath
        self.operations = operations
        self.reconciler = reconciler
        self.drift = drift
        self.keeping = keeping
    }

    package func answer(_ request: HTTPRequest) -> HTTPReply {
        if let refusal = request.refusal(unlessReading: "/metrics") { return refusal }
        // Whoever comes while PFs are being read waits, and gets the same answer.
        let bytes = last.withLock { last in
            if let last, ContinuousClock.now - last.time < keeping { return last.bytes }
            let bytes = text.bytes
            last = Answer(bytes: bytes, time: ContinuousClock.now)
            return bytes
        }
        return HTTPReply(contentType: MetricsText.contentType, body: bytes)
    }

    private var text: MetricsText {
        var text = MetricsText()
        // A configuration that is wrong has no pools to count; the log says what is wrong with it.
        let pools = (try? PoolList.read(configurationPath)) ?? nil
        do {
            try collector.read(pools: pools).write(to: &text, pools: pools)
        } catch {
            text.add(.scrapeError, true, labels: [""])
        }
        text.add(.buildInfo, true, labels: [Release.version])
        text.add(.startTime, Int(started))
        operations.write(to: &text)
        reconciler.write(to: &text)
        drift.write(to: &text)
        return text
    }
}

extension Reconciler {
    fileprivate func write(to text: inout MetricsText) {
        let report = report
        text.add(.reconciliations, report.runs)
        text.add(.reconciliationFailures, failedRuns)
        guard let last = report.last else { return }
        text.add(.reconciliationTime, Int(last.at))
        text.add(.reconciliationDuration, .number(last.duration))
        text.add(.reconciliationLeftOver, last.failures)
    }
}

extension DriftMonitor {
    fileprivate func write(to text: inout MetricsText) {
        for (result, count) in remediations.sorted(by: { $0.key < $1.key }) {
            text.add(.driftRemediations, count, labels: [result])
        }
        guard let report else { return }
        text.add(.driftTime, Int(report.at))
        text.add(.driftFailed, report.error != nil)
        // What was true before a failure may not be true any more.
        guard report.error == nil else { return }
        for function in report.functions {
            text.add(.driftSteps, function.stepCount, labels: [function.name])
            text.add(.driftProblems, function.problems.count, labels: [function.name])
        }
    }
}
