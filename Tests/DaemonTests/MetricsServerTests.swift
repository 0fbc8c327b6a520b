import Daemon
import DaemonInterface
import Foundation
import FrontEndSupport
import Glibc
import LinuxSystem
import Logging
import Metrics
import NIOPosix
import SRIOV
import SimulatedHost
import TestSupport
import Testing

/// `GET /metrics` over real sockets.
@Suite struct MetricsServerTests {
    private static let request = "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    private static func page(
        _ fixture: DaemonFixture, operations: OperationCounter = OperationCounter(),
        configuration: String? = nil, keeping: Duration = .seconds(1)
    ) throws -> MetricsPage<SimulatedHost> {
        let path = fixture.directory.path + "/c.json"
        if let configuration { try Data(configuration.utf8).write(to: URL(filePath: path)) }
        let drift = DriftMonitor(
            context: fixture.context, configurationPath: path, handling: .report, log: fixture.log)
        let reconciler = try Reconciler(
            interval: .seconds(60), log: fixture.log,
            reconcile: { try fixture.context.attachments.recover() }, afterwards: { drift.look() })
        drift.look()
        return MetricsPage(
            collector: try NodeCollector(context: fixture.context, allowance: .seconds(120)),
            configurationPath: path,
            operations: operations, reconciler: reconciler, drift: drift, keeping: keeping)
    }

    /// Serves metrics on a port of TCP for as long as the body takes.
    private static func withTCP(
        _ address: String, limits: ServerLimits = .readOnly, log: DaemonLog,
        handler: @escaping HTTPHandler, _ body: @escaping @Sendable (TCPAddress) throws -> Void
    ) async throws {
        let listener = try TCPListener.make(at: try #require(TCPAddress(address)))
        let bound = listener.address
        let ready = ReadySignal(awaiting: ["metrics"])
        let server = HTTPServer(
            name: "metrics", socket: ServerSocket(listener),
            loop: MultiThreadedEventLoopGroup.singleton.next(), limits: limits, log: log,
            isReady: ready, calls: CallCounter(), tellsFailures: false, handler: handler)
        try await running(server) {
            await ready.wait()
            try await blocking { try body(bound) }
        }
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func itIsServedByTCP(address: String) async throws {
        let fixture = try DaemonFixture()
        let page = try Self.page(fixture)
        try await Self.withTCP(address, log: fixture.log, handler: { page.answer($0) }) { bound in
            #expect(bound.port != 0)
            let answer = try TestClient.ask(bound, Self.request)
            let parts = answer.components(separatedBy: "\r\n\r\n")
            #expect(parts.count == 2)
            #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(
                parts[0].contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(parts[1].hasSuffix("\n"))
            #expect(parts[1].contains("\nvfmap_pf_vfs{pf=\"pf0\",pciAddr=\"0000:01:00.0\"} 2\n"))
            #expect(parts[1].contains("\nvfmap_build_info{version=\"0.1.0\"} 1\n"))
            #expect(parts[1].contains("\nvfmap_reconciliations_total 0\n"))
        }
        #expect(fixture.lines.all.isEmpty)
    }

    @Test func itIsServedByAUnixSocket() async throws {
        let fixture = try DaemonFixture()
        let page = try Self.page(fixture)
        try await ServerFixture.with(handler: { page.answer($0) }) { server in
            let answer = try await server.ask(Self.request)
            #expect(answer.contains("\nvfmap_state_file_usable 1\n"))
        }
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/metrics/", 404), ("GET", "/v1/status", 404),
        ("POST", "/metrics", 405), ("HEAD", "/metrics", 200),
    ])
    func nothingElseIsAnswered(method: String, path: String, status: Int) throws {
        let page = try Self.page(try DaemonFixture())
        #expect(page.answer(HTTPRequest(method: method, path: path)).status == status)
    }

    @Test func hostileClientsOfTCPAreHeldOffAndNotLogged() async throws {
        let fixture = try DaemonFixture()
        let page = try Self.page(fixture)
        var limits = ServerLimits.readOnly
        limits.receiving = .milliseconds(300)
        try await Self.withTCP(
            "127.0.0.1:0", limits: limits, log: fixture.log, handler: { page.answer($0) }
        ) { address in
            // More than are let in at once, of which none says anything.
            let silent = try (0..<40).map { _ in try TestClient(address) }
            for text in ["garbage\r\n\r\n", "GET /passwords HTTP/1.1\r\nHost: a\r\n\r\n"] {
                _ = try TestClient.insist {
                    let client = try TestClient(address)
                    try client.send(text)
                    client.vanish()
                    return text
                }
            }
            let other = try TestClient.insist {
                try TestClient.ask(
                    address, "PUT /metrics HTTP/1.1\r\nHost: a\r\n\r\n" + Self.request)
            }
            #expect(other.contains(" 405 "))
            let long = "GET /metrics HTTP/1.1\r\nX: " + String(repeating: "a", count: 20000)
            let refusal = try TestClient.insist { try TestClient.ask(address, long + "\r\n\r\n") }
            #expect(refusal.contains(" 431 "))
            let answer = try TestClient.insist { try TestClient.ask(address, Self.request) }
            #expect(answer.contains("vfmap_pf_vfs{"))
            for client in silent { #expect(try client.readToEnd() == "") }
        }
        #expect(fixture.lines.all.isEmpty)
        #expect(fixture.log.recentFailures.isEmpty)
    }

    @Test(arguments: [(Duration.seconds(3600), true), (.zero, false)])
    func anAnswerIsKeptForAWhile(time: Duration, isKept: Bool) throws {
        let fixture = try DaemonFixture()
        let page = try Self.page(fixture, keeping: time)
        let question = HTTPRequest(method: "GET", path: "/metrics")
        let first = page.answer(question)
        fixture.host.withKernel { $0.pfs = [:] }
        #expect((page.answer(question) == first) == isKept)
    }

    /// Every family that can have a sample has one here, in lines that Prometheus can read.
    @Test func everyFamilyIsInAScrape() throws {
        let fixture = try DaemonFixture()
        try fixture.attach(0, to: "c1")
        fixture.host.withKernel { kernel in
            kernel.counterFiles[SimulatedHost.vfAddress(0)] = Dictionary(
                uniqueKeysWithValues: ["rx", "tx"].flatMap { direction in
                    ["bytes", "packets", "dropped", "broadcast", "multicast"].map {
                        ("\(direction)_\($0)", 1)
                    }
                })
        }
        let page = try Self.page(
            fixture,
            configuration: #"{"physicalFunctions": [{"name": "pf0", "numVFs": 2}], "#
                + #""resourceList": [{"resourceName": "a"}]}"#)
        let body = page.answer(HTTPRequest(method: "GET", path: "/metrics")).body
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n")
        let sample =
            #/(?<name>[a-z_0-9]+)(\{[a-zA-Z_]+="[^"]*"(,[a-zA-Z_]+="[^"]*")*\})? [0-9.e+-]+/#
        var names: Set<String> = []
        for line in lines where !line.hasPrefix("#") {
            let match = try #require(try sample.wholeMatch(in: line), "\(line)")
            names.insert(String(match.name))
        }
        // Those of a run that has not been yet.
        let later: Set = [
            "vfmap_reconciliation_last_timestamp_seconds",
            "vfmap_reconciliation_last_duration_seconds", "vfmap_reconciliation_left_over",
        ]
        let families = Set(MetricFamily.all.flatMap(\.sampleNames))
        #expect(names == families.subtracting(later))
        #expect(
            lines.filter { $0.hasPrefix("# TYPE ") }.count
                == MetricFamily.all.count - later.count)
    }
}
