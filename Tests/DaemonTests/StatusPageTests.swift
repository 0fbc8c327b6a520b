import Daemon
import DaemonInterface
import Foundation
import FrontEndSupport
import Glibc
import LinuxSystem
import Logging
import SRIOV
import TestSupport
import Testing

@Suite struct StatusPageTests {
    private static func page(_ fixture: DaemonFixture) throws -> StatusPage {
        StatusPage(
            configurationPath: "/etc/vfmap/config.json",
            sockets: DaemonReport.Sockets(docker: "/a/d", status: "/a/s"),
            store: fixture.context.store,
            reconciler: try Reconciler(interval: .seconds(60), log: fixture.log) {
                try fixture.context.attachments.recover()
            },
            calls: CallCounter(), log: fixture.log)
    }

    private static let question = HTTPRequest(method: "GET", path: "/v1/status")

    private static func object(_ reply: HTTPReply) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(reply.body))
        return try #require(value as? [String: Any])
    }

    @Test func itsKeysAreTheseAndNoOthers() throws {
        let fixture = try DaemonFixture()
        try fixture.attach(0, to: "c1")
        fixture.log.failure(.warning, "something", ["a": "1"])
        let reply = try Self.page(fixture).answer(Self.question)
        #expect(reply.status == 200)
        #expect(reply.contentType == "application/json")
        let object = try Self.object(reply)
        #expect(
            object.keys.sorted() == [
                "attachments", "configuration", "lastErrors", "pid", "reconciliation", "requests",
                "sockets", "started", "stateFile", "uptime", "version",
            ])
        // Without PFs in the configuration there is no drift.
        #expect(object["version"] as? String == "0.1.0")
        #expect(object["pid"] as? Int == Int(getpid()))
        #expect(object["configuration"] as? String == "/etc/vfmap/config.json")
        #expect(object["sockets"] as? [String: String] == ["docker": "/a/d", "status": "/a/s"])
        #expect(
            object["attachments"] as? [String: Int] == [
                "attached": 1, "detaching": 0, "joined": 0, "leaving": 0, "preparing": 0,
                "reserved": 0, "restoring": 0,
            ])
        let requests = try #require(object["requests"] as? [String: Any])
        #expect(requests.keys.sorted() == ["active", "byCall", "failed", "total"])
        let reconciliation = try #require(object["reconciliation"] as? [String: Any])
        #expect(reconciliation.keys.sorted() == ["next", "runs"])
        let errors = try #require(object["lastErrors"] as? [[String: Any]])
        #expect(errors.map { $0.keys.sorted() } == [["text", "time"]])
        #expect(errors.first?["text"] as? String == "something a=1")
        let file = try #require(object["stateFile"] as? [String: Any])
        #expect(file["usable"] as? Bool == true)
        #expect(file["path"] as? String == fixture.directory.path + "/state.db")
    }

    @Test func aRunOfTheReconcilerIsInIt() async throws {
        let fixture = try DaemonFixture()
        let reconciler = try Reconciler(interval: .seconds(60), log: fixture.log) {
            try fixture.context.attachments.recover()
        }
        let page = StatusPage(
            configurationPath: "/c", sockets: DaemonReport.Sockets(docker: nil, status: "/a/s"),
            store: fixture.context.store, reconciler: reconciler, calls: CallCounter(),
            log: fixture.log)
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 1 }
            let object = try Self.object(page.answer(Self.question))
            #expect(object["sockets"] as? [String: String] == ["status": "/a/s"])
            let reconciliation = try #require(object["reconciliation"] as? [String: Any])
            let last = try #require(reconciliation["last"] as? [String: Any])
            #expect(last.keys.sorted() == ["at", "duration", "entries", "failures", "reason"])
            #expect(last["reason"] as? String == "start")
        }
    }

    @Test func aStateFileThatCannotBeReadIsToldOf() throws {
        let fixture = try DaemonFixture()
        try Data(repeating: 0x61, count: 4096).write(
            to: URL(filePath: fixture.directory.path + "/state.db"))
        let object = try Self.object(try Self.page(fixture).answer(Self.question))
        #expect(object["attachments"] == nil)
        let file = try #require(object["stateFile"] as? [String: Any])
        #expect(file["usable"] as? Bool == false)
        #expect(
            file["error"] as? String
                == "state file \(fixture.directory.path)/state.db: file is not a database")
    }

    @Test(arguments: [
        ("GET", "/", 404, #"{"Err":"there is no /"}"#),
        ("GET", "/v1/status/", 404, #"{"Err":"there is no /v1/status/"}"#),
        ("POST", "/v1/status", 405, #"{"Err":"/v1/status takes GET only"}"#),
    ])
    func nothingElseIsAnswered(method: String, path: String, status: Int, body: String) throws {
        let reply = try Self.page(try DaemonFixture()).answer(
            HTTPRequest(method: method, path: path))
        #expect(reply.status == status)
        #expect(String(decoding: reply.body, as: UTF8.self) == body)
    }

    @Test func theClientReadsWhatTheServerSays() async throws {
        let fixture = try DaemonFixture()
        let page = try Self.page(fixture)
        try await ServerFixture.with(handler: { page.answer($0) }) { server in
            let path = server.path
            let report = try await blocking {
                try DaemonClient(path: path, allowance: .seconds(300)).report()
            }
            #expect(report.version == "0.1.0")
            #expect(
                report.attachments?["attached"] == 0)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 404 Not Found\r\n\r\n", "answered 404"),
        ("SSH-2.0-x\r\n", "the answer is not HTTP"),
        ("HTTP/1.1 200 OK\r\n", "the answer is cut off"),
        ("HTTP/1.1 200 OK\r\n\r\n{}", "the answer is not a status of vfmapd"),
        ("", "the answer is not HTTP"),
    ])
    func theClientKnowsItsServer(answer: String, problem: String) async throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/s.sock"
        let listener = try UnixListener.make(at: path).release()
        defer { close(listener) }
        async let said: String = blocking {
            do {
                _ = try DaemonClient(path: path, allowance: .seconds(300)).report()
                return "nothing"
            } catch {
                return "\(error)"
            }
        }
        try await blocking {
            let connection = accept(listener, nil, nil)
            var bytes = [UInt8](repeating: 0, count: 4096)
            _ = read(connection, &bytes, bytes.count)
            _ = answer.withCString { write(connection, $0, strlen($0)) }
            close(connection)
        }
        #expect(try await said == "\(path): \(problem)")
    }
}
