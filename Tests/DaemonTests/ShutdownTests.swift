import Daemon
import DaemonInterface
import Foundation
import Testing

/// How the server stops.
@Suite struct ShutdownTests {
    @Test func whatRunsIsFinishedAndTheSocketIsGone() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(handler: { handler.answer($0) }) { server in
            let path = server.path
            let client = try TestClient(path)
            let idle = try TestClient(path)
            try client.send("POST /a HTTP/1.1\r\nHost:\r\n\r\n")
            try await reach { handler.progress.running == 1 }
            await server.beginShutdown()
            // Idle connections do not hold it up.
            #expect(try await blocking { try idle.readToEnd() } == "")
            try await reach { !FileManager.default.fileExists(atPath: path) }
            #expect(throws: (any Error).self) { try TestClient(path) }
            #expect(!client.hears(within: 50))
            handler.letGo()
            let answer = try await blocking { try client.readToEnd() }
            #expect(
                answer == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n"
                    + "connection: close\r\n\r\nPOST /a ")
            try await server.stop()
        }
    }

    @Test func whatNeverEndsIsGivenUp() async throws {
        let handler = HeldHandler()
        var limits = ServerLimits()
        limits.draining = .milliseconds(200)
        try await ServerFixture.with(limits: limits, handler: { handler.answer($0) }) { server in
            let client = try TestClient(server.path)
            try client.send("POST /a HTTP/1.1\r\nHost:\r\n\r\n")
            try await reach { handler.progress.running == 1 }
            try await server.stop()
            #expect(
                server.log.recentFailures.map(\.text) == [
                    "stopping with requests unfinished requests=1 server=test"
                ])
            #expect(try await blocking { try client.readToEnd() } == "")
            handler.letGo()
        }
    }

    @Test func aSocketThatSomebodyElseHasMadeMeanwhileStays() async throws {
        try await ServerFixture.with { server in
            try FileManager.default.removeItem(atPath: server.path)
            try Data("other".utf8).write(to: URL(filePath: server.path))
            try await server.stop()
            #expect(try String(contentsOfFile: server.path, encoding: .utf8) == "other")
        }
    }
}
