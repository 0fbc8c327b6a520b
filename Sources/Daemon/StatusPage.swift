package import DaemonInterface
internal import FoundationEssentials
internal import FrontEndSupport
internal import Glibc
package import SRIOV

/// What the status socket answers: `GET /v1/status`.
package struct StatusPage: Sendable {
    private let configurationPath: String
    private let sockets: DaemonReport.Sockets
    private let store: AttachmentStore
    private let reconciler: Reconciler
    private let calls: CallCounter
    private let drift: @Sendable () -> DaemonReport.Drift?
    private let log: DaemonLog
    private let started = Int64(time(nil))
    private let start = ContinuousClock.now

    package init(
        configurationPath: String, sockets: DaemonReport.Sockets, store: AttachmentStore,
        reconciler: Reconciler, calls: CallCounter,
        drift: @escaping @Sendable () -> DaemonReport.Drift? = { nil }, log: DaemonLog
    ) {
        self.configurationPath = configurationPath
        self.sockets = sockets
        self.store = store
        self.reconciler = reconciler
        self.calls = calls
        self.drift = drift
        self.log = log
    }

    package func answer(_ request: HTTPRequest) -> HTTPReply {
        if let refusal = request.refusal(unlessReading: "/v1/status") { return refusal }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return HTTPReply(body: Array(try encoder.encode(report)) + [0x0a])
        } catch {
            return .failure(500, "\(error)")
        }
    }

    private var report: DaemonReport {
        let counts = AttachmentCounts(in: store)
        return DaemonReport(
            version: Release.version, pid: getpid(), started: started,
            uptime: (ContinuousClock.now - start).components.seconds,
            configuration: configurationPath, sockets: sockets,
            reconciliation: reconciler.report, requests: calls.report,
            stateFile: counts.stateFile, attachments: counts.byPhase,
            drift: drift(), lastErrors: log.recentFailures)
    }
}
