import Daemon
import DaemonInterface
import Testing

/// What the server makes of requests that are as they should be.
@Suite struct HTTPServerTests {
    @Test func aCallAsDockerSendsIt() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send(
                    "POST /Plugin.Activate HTTP/1.1\r\nHost: \r\nUser-Agent: Go-http-client/1.1\r\n"
                        + "Content-Length: 0\r\nAccept: application/vnd.docker.plugins.v1.2+json"
                        + "\r\n\r\n")
                return try client.read(until: "Activate ")
            }
            #expect(
                answer == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 22\r\n"
                    + "\r\nPOST /Plugin.Activate ")
        }
    }

    @Test func aConnectionServesOneRequestAfterTheOther() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            try await blocking {
                let client = try TestClient(path)
                for number in 0..<100 {
                    try client.send(
                        "POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                    _ = try client.read(until: "\r\n\r\nPOST /\(number) abc")
                }
            }
            #expect(server.calls.report.total == 100)
            #expect(server.calls.report.byCall.count == 64)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await ServerFixture.with(
            handler: { request in
                // The first takes longest.
                for _ in 0..<(request.path == "/0" ? 50 : 0) { moment() }
                return ServerFixture.echo(request)
            }
        ) { server in
            let requests = (0..<20).map {
                "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
            }
            let answer = try await server.ask(
                requests.joined() + "POST /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let bodies = answer.split(separator: "HTTP/1.1 200 OK").map {
                String($0.split(separator: "\r\n\r\n").last ?? "")
            }
            #expect(bodies == (0..<20).map { "POST /\($0) x" } + ["POST /end "])
        }
    }

    @Test func aChunkedBodyIsPutTogether() async throws {
        try await ServerFixture.with { server in
            let answer = try await server.ask(
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                    + "Connection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: z\r\n\r\n")
            #expect(answer.hasSuffix("\r\n\r\nPOST /a abcde"))
        }
    }

    @Test func whoAsksBeforeSendingIsToldToGoOn() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let (first, second) = try await blocking {
                let client = try TestClient(path)
                try client.send(
                    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n"
                        + "Connection: close\r\n\r\n")
                let first = try client.read(until: "\r\n\r\n")
                try client.send("body")
                return (first, try client.readToEnd())
            }
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(second.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(second.hasSuffix("\r\n\r\nPOST /a body"))
        }
    }

    @Test func http10ClosesUnlessAskedToStay() async throws {
        try await ServerFixture.with { server in
            let once = try await server.ask("POST /a HTTP/1.0\r\n\r\n")
            #expect(
                once == "HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n"
                    + "connection: close\r\n\r\nPOST /a ")
            let twice = try await server.ask(
                "POST /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nPOST /b HTTP/1.0\r\n\r\n")
            #expect(twice.contains("connection: keep-alive\r\n\r\nPOST /a HTTP/1.0 200 OK"))
            #expect(twice.hasSuffix("\r\n\r\nPOST /b "))
        }
    }

    @Test func methodsAndRoutesAreTheHandlersBusiness() async throws {
        try await ServerFixture.with { server in
            for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
                let answer = try await server.ask(
                    "\(method) /No.Such?a=b HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                #expect(answer.hasSuffix("\r\n\r\n\(method) /No.Such "))
            }
            let head = try await server.ask(
                "HEAD /a HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
            #expect(head.contains("content-length: 8\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func theStatusAndTheTypeAreTheHandlersToo() async throws {
        try await ServerFixture.with(
            handler: { .failure(404, "there is no \($0.path)") }
        ) { server in
            let answer = try await server.ask(
                "POST /Plugin.X HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
            #expect(
                answer == "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\n"
                    + "content-length: 31\r\nconnection: close\r\n\r\n"
                    + #"{"Err":"there is no /Plugin.X"}"#)
            let report = server.calls.report
            #expect(report.total == 1)
            #expect(report.failed == 1)
            #expect(report.active == 0)
            #expect(report.byCall.keys.sorted() == ["unknown"])
            #expect(
                server.log.recentFailures.map(\.text) == [
                    #"call failed error="there is no /Plugin.X" path=/Plugin.X server=test status=404"#
                ])
        }
    }

    @Test func whoStopsSendingStillGetsTheAnswer() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send("POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 2\r\n\r\nab")
                client.endSending()
                return try client.readToEnd()
            }
            #expect(answer.hasSuffix("\r\n\r\nPOST /a ab"))
        }
    }
}
