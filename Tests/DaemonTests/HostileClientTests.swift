import Daemon
import DaemonInterface
import Foundation
import LinuxSystem
import Testing

/// What the server makes of clients that mean harm, or are broken.
@Suite struct HostileClientTests {
    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits.patient
        change(&limits)
        return limits
    }

    private static func status(_ answer: String) -> String {
        String(answer.split(separator: "\r\n").first ?? "")
    }

    // MARK: Too much

    @Test func aBodyThatIsAnnouncedTooLongIsRefused() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send(
                    "POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 1048577\r\n\r\n")
                // It goes on sending for all that, as a client does that has not looked.
                try client.send([UInt8](repeating: 0x61, count: 1_048_577))
                return try client.readToEnd()
            }
            #expect(
                answer
                    == "HTTP/1.1 413 Payload Too Large\r\ncontent-type: application/json\r\n"
                    + "content-length: 47\r\nconnection: close\r\n\r\n"
                    + #"{"Err":"the body is longer than 1048576 bytes"}"#)
            #expect(server.calls.report.total == 0)
        }
    }

    @Test func aChunkedBodyThatGrowsTooLongIsRefused() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send(
                    "POST /a HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<40 {
                    try client.send("10000\r\n")
                    try client.send([UInt8](repeating: 0x61, count: 65536))
                    try client.send("\r\n")
                }
                try client.send("0\r\n\r\n")
                return try client.readToEnd()
            }
            #expect(Self.status(answer).hasPrefix("HTTP/1.1 413 "))
            #expect(server.calls.report.total == 0)
        }
    }

    @Test func theLongestBodyThatIsAllowedIsTaken() async throws {
        try await ServerFixture.with(
            handler: { HTTPReply(body: Array("\($0.body.count)".utf8)) }
        ) { server in
            let body = String(repeating: "a", count: 1 << 20)
            let answer = try await server.ask(
                "POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 1048576\r\nConnection: close\r\n\r\n"
                    + body)
            #expect(answer.hasSuffix("\r\n\r\n1048576"))
        }
    }

    @Test func bodiesOfAllClientsTogetherAreBounded() async throws {
        try await ServerFixture.with(limits: Self.limits { $0.allBodies = 1000 }) { server in
            let path = server.path
            let answer = try await blocking {
                let first = try TestClient(path)
                try first.send("POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 901\r\n\r\n")
                try first.send([UInt8](repeating: 0x61, count: 900))
                let second = try TestClient(path)
                var answer = ""
                // Until the server has read what the first one sent.
                for _ in 0..<1000 {
                    answer = try TestClient.ask(
                        path,
                        "POST /b HTTP/1.1\r\nHost:\r\nContent-Length: 200\r\n"
                            + "Connection: close\r\n\r\n" + String(repeating: "b", count: 200))
                    if answer.contains(" 503 ") { break }
                }
                try first.send("a")
                _ = try first.read(until: "aaa")
                // Given back.
                try second.send("POST /c HTTP/1.1\r\nHost:\r\nContent-Length: 1000\r\n\r\n")
                try second.send([UInt8](repeating: 0x63, count: 1000))
                _ = try second.read(until: "ccc")
                return answer
            }
            #expect(Self.status(answer) == "HTTP/1.1 503 Service Unavailable")
            #expect(answer.hasSuffix(#"{"Err":"too much is being received at once"}"#))
        }
    }

    @Test(arguments: [
        "X-Long: " + String(repeating: "a", count: 17000),
        (0..<120).map { "X-\($0): a" }.joined(separator: "\r\n"),
        (0..<20).map { "X-\($0): " + String(repeating: "a", count: 1000) }
            .joined(separator: "\r\n"),
    ])
    func aHeadThatIsTooLongIsRefused(fields: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.ask("POST /a HTTP/1.1\r\nHost:\r\n\(fields)\r\n\r\n")
            #expect(Self.status(answer) == "HTTP/1.1 431 Request Header Fields Too Large")
            #expect(answer.hasSuffix(#"{"Err":"the head of the request is too long"}"#))
        }
    }

    // MARK: Nonsense

    @Test(arguments: [
        "garbage\r\n\r\n", "POST\r\n\r\n", "POST /a HTTP/9.9\r\n\r\n", "BREW /a HTTP/1.1\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /a HTTP/1.1\r\nno colon\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n", "\0\0\0\0\0\0\0\0",
    ])
    func whatIsNoRequestIsRefused(text: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.ask(text)
            #expect(Self.status(answer) == "HTTP/1.1 400 Bad Request")
            #expect(answer.hasSuffix(#"{"Err":"not an HTTP request"}"#))
            #expect(server.calls.report.total == 0)
        }
    }

    @Test func aRequestThatIsCutOffIsRefused() async throws {
        try await ServerFixture.with { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send("POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 10\r\n\r\nabc")
                client.endSending()
                return try client.readToEnd()
            }
            #expect(Self.status(answer) == "HTTP/1.1 400 Bad Request")
            #expect(server.calls.report.total == 0)
        }
    }

    @Test(arguments: [
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ])
    func noOtherProtocolIsSpoken(text: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.ask(text + "POST /b HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.components(separatedBy: "HTTP/1.1").count == 2)
            #expect(answer.contains("connection: close\r\n"))
        }
    }

    // MARK: Too slow

    @Test func aRequestMustArriveInTime() async throws {
        try await ServerFixture.with(
            limits: Self.limits { $0.receiving = .milliseconds(300) }
        ) { server in
            let path = server.path
            let answer = try await blocking {
                try TestClient.insist {
                    try TestClient.ask(
                        path, "POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 10\r\n\r\nabc")
                }
            }
            #expect(Self.status(answer) == "HTTP/1.1 408 Request Timeout")
            #expect(answer.hasSuffix(#"{"Err":"the request did not arrive within 0.3 seconds"}"#))
        }
    }

    @Test func dribblingDoesNotExtendTheTime() async throws {
        try await ServerFixture.with(
            limits: Self.limits { $0.receiving = .milliseconds(300) }
        ) { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                // A byte of the head now and then, for a minute at least, until the server hangs up.
                for byte in Array("POST /".utf8) + [UInt8](repeating: 0x61, count: 12000) {
                    if client.hears(within: 5) { return try client.readToEnd() }
                    do {
                        try client.send([byte])
                    } catch let error as SystemCallError where error.errno.name == "EPIPE" {
                        // It did between the two.
                        return try client.readToEnd()
                    }
                }
                return "never"
            }
            #expect(answer == "")
        }
    }

    @Test func whoSaysNothingIsNotKept() async throws {
        try await ServerFixture.with(
            limits: Self.limits { $0.receiving = .milliseconds(100) }
        ) { server in
            let answer = try await server.ask("")
            #expect(answer == "")
        }
    }

    @Test func anIdleConnectionIsNotKept() async throws {
        try await ServerFixture.with(
            limits: Self.limits { $0.idle = .milliseconds(100) }
        ) { server in
            let answer = try await server.ask("POST /a HTTP/1.1\r\nHost:\r\n\r\n")
            #expect(answer.hasSuffix("\r\n\r\nPOST /a "))
        }
    }

    // MARK: Too many

    @Test func threeHundredCallsAtOnceAreAllAnsweredByEightThreads() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(handler: { handler.answer($0) }) { server in
            let path = server.path
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let answer = try await blocking {
                            try TestClient.ask(
                                path,
                                "POST /\(number) HTTP/1.1\r\nHost:\r\nContent-Length: 4\r\n"
                                    + "Connection: close\r\n\r\nbody")
                        }
                        return (number, answer)
                    }
                }
                // As many as may wait do.
                try await reach { server.calls.report.active == 248 }
                try await reach { handler.progress.running == 8 }
                handler.letGo()
                var answers: [Int: String] = [:]
                for try await (number, answer) in group { answers[number] = answer }
                return answers
            }
            #expect(answers.count == 300)
            // 256 connections are let in at once, of which 8 find the queue full.
            let refused = answers.filter { $0.value.contains(" 503 ") }
            #expect(refused.count <= 52)
            for (number, answer) in answers where refused[number] == nil {
                #expect(answer.hasSuffix("\r\n\r\nPOST /\(number) body"))
            }
            #expect(handler.progress.mostAtOnce == 8)
        }
    }

    @Test func aFullQueueIsSaidAtOnce() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(
            limits: Self.limits {
                $0.threads = 1
                $0.waitingRequests = 2
            },
            handler: { handler.answer($0) }
        ) { server in
            let path = server.path
            try await blocking {
                let clients = try (0..<3).map { _ in try TestClient(path) }
                for client in clients {
                    try client.send("POST /a HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                }
                while server.calls.report.active < 3 { moment() }
                let answer = try TestClient.ask(
                    path, "POST /b HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                #expect(Self.status(answer) == "HTTP/1.1 503 Service Unavailable")
                #expect(answer.hasSuffix(#"{"Err":"too many requests are waiting"}"#))
                handler.letGo()
                for client in clients {
                    #expect(try client.readToEnd().hasSuffix("POST /a "))
                }
            }
        }
    }

    @Test func connectionsBeyondTheLimitWait() async throws {
        try await ServerFixture.with(limits: Self.limits { $0.connections = 2 }) { server in
            let path = server.path
            try await blocking {
                let request = "POST /a HTTP/1.1\r\nHost:\r\n\r\n"
                let first = try TestClient(path)
                try first.send(request)
                _ = try first.read(until: "POST /a ")
                let second = try TestClient(path)
                try second.send(request)
                _ = try second.read(until: "POST /a ")
                let third = try TestClient(path)
                try third.send(request)
                #expect(!third.hears(within: 200))
                first.vanish()
                #expect(try third.read(until: "POST /a ").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func theLongestStalledConnectionMakesRoom() async throws {
        try await ServerFixture.with(
            limits: Self.limits {
                $0.connections = 3
                $0.closesStalled = true
            }
        ) { server in
            let path = server.path
            try await blocking {
                // Kept open after its answer, it owes nothing and stays.
                let idle = try TestClient(path)
                try idle.send("POST /a HTTP/1.1\r\nHost:\r\n\r\n")
                _ = try idle.read(until: "POST /a ")
                let silent = try TestClient(path)
                let slow = try TestClient(path)
                try slow.send("POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
                for _ in 0..<2 {
                    let answer = try TestClient.ask(
                        path, "POST /b HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                    #expect(answer.hasSuffix("POST /b "))
                }
                #expect(try silent.readToEnd() == "")
                try idle.send("POST /c HTTP/1.1\r\nHost:\r\n\r\n")
                #expect(try idle.read(until: "POST /c ").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func whatIsBeingAnsweredMakesNoRoomUntilItStalls() async throws {
        let handler = HeldHandler(body: 1 << 20)
        try await ServerFixture.with(
            limits: Self.limits {
                $0.connections = 2
                $0.closesStalled = true
            }, handler: { handler.answer($0) }
        ) { server in
            let path = server.path
            try await blocking {
                let stalling = try (0..<2).map { _ in try TestClient(path) }
                for client in stalling {
                    try client.send("POST /a HTTP/1.1\r\nHost:\r\n\r\n")
                }
                while handler.progress.running < 2 { moment() }
                let third = try TestClient(path)
                try third.send("POST /b HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                #expect(!third.hears(within: 200))
                // Their answers are there, and they do not take them.
                handler.letGo()
                #expect(try third.readToEnd().hasSuffix("POST /b "))
            }
        }
    }

    // MARK: Not reading

    /// The answer to `/0` is more than the kernel takes for a client that does not read.
    private static let longAnswer: HTTPHandler = { request in
        let padding = [UInt8](repeating: 0x61, count: request.path == "/0" ? 1 << 20 : 0)
        return HTTPReply(
            contentType: "text/plain", body: padding + Array(" \(request.path)\n".utf8))
    }

    @Test func oneAnswerIsOnItsWayToAConnection() async throws {
        try await ServerFixture.with(handler: Self.longAnswer) { server in
            let path = server.path
            try await blocking {
                let client = try TestClient(path)
                try client.send(
                    (0..<20).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                while server.calls.report.total == 0 { moment() }
                // Meanwhile others are served many times.
                for _ in 0..<50 {
                    let answer = try TestClient.ask(
                        path, "POST /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    #expect(answer.hasSuffix(" /other\n"))
                }
                #expect(server.calls.report.total == 51)
                // What was held back is answered as soon as it reads.
                for number in 0..<20 { _ = try client.read(until: " /\(number)\n") }
                client.endSending()
                #expect(try client.readToEnd() == "")
            }
            #expect(server.calls.report.total == 70)
        }
    }

    @Test func requestsThatCameBeforeTheEndAreStillAnswered() async throws {
        try await ServerFixture.with(handler: Self.longAnswer) { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send(
                    (0..<300).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                client.endSending()
                return try client.readToEnd()
            }
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 301)
            #expect(answer.hasSuffix(" /299\n"))
        }
    }

    @Test func whoHasSentTooMuchBehindARequestIsClosed() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(
            limits: Self.limits { $0.pipelined = 1000 }, handler: { handler.answer($0) }
        ) { server in
            let path = server.path
            let answer = try await blocking {
                let client = try TestClient(path)
                try client.send("POST /a HTTP/1.1\r\nHost: a\r\n\r\n")
                while handler.progress.running == 0 { moment() }
                try client.send([UInt8](repeating: 0x61, count: 1001))
                client.endSending()
                return try client.readToEnd()
            }
            #expect(answer == "")
            handler.letGo()
        }
    }

    @Test func anAnswerMustBeTakenInTime() async throws {
        try await ServerFixture.with(
            limits: Self.limits { $0.sending = .milliseconds(200) }, handler: Self.longAnswer
        ) { server in
            let path = server.path
            try await blocking {
                let client = try TestClient(path)
                try client.send("POST /0 HTTP/1.1\r\nHost:\r\n\r\n")
                client.waitForHangUp()
                #expect(try client.readToEnd().utf8.count < 1 << 20)
            }
        }
    }

    @Test func refusalsDoNotPileUpOnTheStack() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(
            limits: Self.limits {
                $0.threads = 1
                $0.waitingRequests = 0
            }, handler: { handler.answer($0) }
        ) { server in
            let path = server.path
            try await blocking {
                let busy = try TestClient(path)
                try busy.send("POST /a HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
                while handler.progress.running == 0 { moment() }
                // So many that answers made out of one another would need a stack without end.
                let client = try TestClient(path)
                let count = 5000
                let sender = Thread {
                    let requests = String(repeating: "POST /b HTTP/1.1\r\n\r\n", count: count)
                    try? client.send(requests)  // The reader below sees what came of it.
                    client.endSending()
                }
                sender.start()
                let answer = try client.readToEnd()
                #expect(answer.components(separatedBy: "HTTP/1.1 503 ").count == count + 1)
                handler.letGo()
                #expect(try busy.readToEnd().hasSuffix("POST /a "))
            }
        }
    }

    @Test func aServerOfQuestionsClosesAfterItsAnswer() async throws {
        try await ServerFixture.with(limits: .readOnly) { server in
            let answer = try await server.ask("GET /a HTTP/1.1\r\nHost:\r\n\r\n")
            #expect(
                answer == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 7\r\n"
                    + "connection: close\r\n\r\nGET /a ")
        }
    }

    // MARK: Gone

    @Test func aCallGoesOnWithoutItsClient() async throws {
        let handler = HeldHandler()
        try await ServerFixture.with(handler: { handler.answer($0) }) { server in
            let path = server.path
            try await blocking {
                let client = try TestClient(path)
                try client.send("POST /a HTTP/1.1\r\nHost:\r\nContent-Length: 1\r\n\r\na")
                while handler.progress.running == 0 { moment() }
                client.vanish()
            }
            handler.letGo()
            try await reach { handler.progress.finished == 1 }
            let answer = try await server.ask(
                "POST /b HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
            #expect(answer.hasSuffix("POST /b "))
        }
    }
}
