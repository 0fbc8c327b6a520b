import DaemonInterface
import Foundation
import FrontEndSupport
import LinuxSystem
import SRIOV
import Testing

/// Every socket of the real daemon under a flood: its memory and descriptors stay bounded, and who behaves is answered.
@Suite(.serialized, .enabled(if: RunningDaemon.isBuilt, "needs swift build --product vfmapd"))
struct FloodTests {
    private static let request = "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    /// More than the answers and requests of all connections together need, and far below what the unit allows.
    private static let memory = 128 << 20

    /// A client that behaves, and how it fared.
    private struct Client {
        let ask: () throws -> String
        var times: [Double] = []
        /// Connections that were closed, or answers of 503, before the answer.
        var failures = 0

        /// Asks until it is answered.
        mutating func beAnswered() throws {
            let deadline = Deadline(after: .seconds(120))
            let watch = Stopwatch()
            while true {
                if let answer = try? ask(), answer.hasPrefix("HTTP/1.1 200 OK") { break }
                failures += 1
                if deadline.hasPassed { throw NeverReached() }
                moment()
            }
            times.append(watch.seconds)
        }

        var figures: String {
            let sorted = times.sorted()
            func text(_ seconds: Double) -> String { String(format: "%.1f ms", seconds * 1000) }
            return "answers \(times.count), median \(text(sorted[sorted.count / 2])), "
                + "longest \(text(sorted[sorted.count - 1])), tries that failed \(failures)"
        }
    }

    private static func tell(
        _ name: String, _ phase: String, _ usage: RunningDaemon.Usage, _ client: Client,
        _ more: String = ""
    ) {
        let resident = String(
            format: "%.1f MiB (most %.1f)", Double(usage.resident) / 1048576,
            Double(usage.mostResident) / 1048576)
        print(
            "flood of \(name), \(phase): RSS \(resident), descriptors \(usage.descriptors), "
                + client.figures + more)
    }

    /// - Parameters:
    ///   - connections: What the socket has room for.
    ///   - rounds: How much flood there is at least.
    private static func test(
        _ name: String, _ daemon: RunningDaemon, connections: Int, rounds: Int,
        ask: @escaping () throws -> String, flood: (Flood) -> Void
    ) throws {
        var before = Client(ask: ask)
        for _ in 0..<30 { try before.beAnswered() }
        let calm = try daemon.usage()
        tell(name, "before", calm, before)

        let attack = Flood()
        flood(attack)
        var during = Client(ask: ask)
        var worst = calm
        do {
            defer { attack.stop() }
            let deadline = Deadline(after: .seconds(240))
            while during.times.count < 5 || attack.rounds < rounds {
                try during.beAnswered()
                let usage = try daemon.usage()
                worst = RunningDaemon.Usage(
                    resident: max(worst.resident, usage.resident),
                    mostResident: usage.mostResident,
                    descriptors: max(worst.descriptors, usage.descriptors))
                if deadline.hasPassed { throw NeverReached() }
            }
        }
        tell(
            name, "during", worst, during,
            ", of the flood \(attack.rounds) rounds, \(attack.bytes >> 10) KiB")
        #expect(worst.mostResident < calm.resident + memory)
        // As many as are answered may be there besides, and those of the good client.
        #expect(worst.descriptors <= calm.descriptors + connections + 48)

        let deadline = Deadline(after: .seconds(120))
        while try daemon.usage().descriptors > calm.descriptors {
            if deadline.hasPassed { throw NeverReached() }
            moment()
        }
        var after = Client(ask: ask)
        for _ in 0..<30 { try after.beAnswered() }
        tell(name, "after", try daemon.usage(), after)
    }

    @Test func docker() async throws {
        try await blocking {
            let daemon = try RunningDaemon()
            let path = daemon.dockerSocket
            let request = "POST /Plugin.Activate HTTP/1.1\r\nHost: a\r\n"
            // As many as there is room for: a further connection waits here, until deadlines have closed others.
            try Self.test(
                "Docker's socket", daemon, connections: 256, rounds: 250,
                ask: { try TestClient.ask(path, request + "Connection: close\r\n\r\n") },
                flood: {
                    $0.connect(request + "\r\n", connections: 200) { try TestClient(path) }
                })
            #expect(daemon.stop() == 0)
        }
    }

    @Test func status() async throws {
        try await blocking {
            let daemon = try RunningDaemon()
            let path = daemon.statusSocket
            let request = "GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"
            try Self.test(
                "the status socket", daemon, connections: 32, rounds: 500,
                ask: { try TestClient.ask(path, request) },
                flood: { $0.connect(request, connections: 160) { try TestClient(path) } })
            #expect(daemon.stop() == 0)
        }
    }

    @Test func metrics() async throws {
        try await blocking {
            let daemon = try RunningDaemon()
            let address = daemon.metrics
            let request = "GET /metrics HTTP/1.1\r\n\r\n"
            try Self.test(
                "the metrics' port", daemon, connections: 32, rounds: 500,
                ask: { try TestClient.ask(address, Self.request) },
                flood: { $0.connect(request, connections: 160) { try TestClient(address) } })
            #expect(daemon.stop() == 0)
        }
    }

    @Test func operations() async throws {
        try await blocking {
            let daemon = try RunningDaemon()
            let address = daemon.metrics
            let made = (0..<200).map { number in
                OperationEvent(
                    kind: "cni", operation: "made-up-\(number)", result: .success,
                    microseconds: 1
                ).encoded()
            }
            let events = OperationEvent.socketPath(runDirectory: daemon.runDirectory)
            try Self.test(
                "the operations' socket", daemon, connections: 0, rounds: 20000,
                ask: { try TestClient.ask(address, Self.request) },
                flood: {
                    $0.send([[], [UInt8](repeating: 0x5b, count: 32768)] + made, to: events)
                })
            // It still hears, and nothing that was made up has a series of its own.
            let check = OperationEvent(
                kind: "cni", operation: "CHECK", result: .success, microseconds: 1)
            let sample = "operation=\"CHECK\",result=\"success\"}"
            let deadline = Deadline(after: .seconds(60))
            var page = ""
            repeat {
                check.tell(runDirectory: daemon.runDirectory)
                page = try TestClient.ask(address, Self.request)
            } while page.contains(sample + " 0\n") && !deadline.hasPassed
            #expect(!page.contains(sample + " 0\n"))
            #expect(page.contains(sample))
            #expect(!page.contains("made-up"))
            #expect(page.contains("operation=\"unknown\""))
            #expect(daemon.stop() == 0)
        }
    }
}
