import Daemon
import LinuxSystem
import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestSupport

extension ServerLimits {
    /// The daemon's, with time for a slow machine.
    static var patient: ServerLimits {
        var limits = ServerLimits()
        limits.receiving = .seconds(300)
        limits.draining = .seconds(300)
        return limits
    }
}

/// A server on a socket in a directory of its own.
struct ServerFixture: Sendable {
    let directory: TemporaryDirectory
    let path: String
    let calls: CallCounter
    let log: DaemonLog
    private let services: ServiceGroup
    private let task: Task<Void, any Error>

    /// Runs a server for as long as the body takes.
    static func with(
        limits: ServerLimits = .patient,
        listener: ((String) throws -> UnixListener)? = nil,
        handler: @escaping HTTPHandler = echo, _ body: (ServerFixture) async throws -> Void
    ) async throws {
        let fixture = try await start(limits: limits, listener: listener, handler: handler)
        do {
            try await body(fixture)
        } catch {
            try? await fixture.stop()
            throw error
        }
        try await fixture.stop()
    }

    private static func start(
        limits: ServerLimits, listener: ((String) throws -> UnixListener)?,
        handler: @escaping HTTPHandler
    ) async throws -> ServerFixture {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/s.sock"
        let log = DaemonLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let ready = ReadySignal(awaiting: ["test"])
        let calls = CallCounter()
        let server = HTTPServer(
            name: "test",
            socket: ServerSocket(try listener?(path) ?? UnixListener.make(at: path)),
            loop: MultiThreadedEventLoopGroup.singleton.next(), limits: limits, log: log,
            isReady: ready, calls: calls, handler: handler)
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: server, successTerminationBehavior: .ignore)],
                logger: log.logger))
        let task = Task { try await services.run() }
        await ready.wait()
        return ServerFixture(
            directory: directory, path: path, calls: calls, log: log, services: services, task: task
        )
    }

    func beginShutdown() async { await services.triggerGracefulShutdown() }

    func stop() async throws {
        await services.triggerGracefulShutdown()
        try await task.value
    }

    func ask(_ text: String) async throws -> String {
        let path = path
        return try await blocking { try TestClient.ask(path, text) }
    }

    /// Answers with what was asked.
    static let echo: HTTPHandler = { request in
        HTTPReply(
            contentType: "text/plain",
            body: Array("\(request.method) \(request.path) ".utf8) + request.body)
    }
}

/// A handler whose requests wait until they are let go.
final class HeldHandler: Sendable {
    struct Progress {
        var running = 0
        var mostAtOnce = 0
        var finished = 0
    }

    private let state = Mutex(Progress())
    private let gate: Mutex<Bool>
    private let padding: Int

    /// - Parameter body: Bytes that its answers have before the echo.
    init(isOpen: Bool = false, body padding: Int = 0) {
        gate = Mutex(isOpen)
        self.padding = padding
    }

    var progress: Progress { state.withLock { $0 } }

    func letGo() { gate.withLock { $0 = true } }

    func answer(_ request: HTTPRequest) -> HTTPReply {
        state.withLock { state in
            state.running += 1
            state.mostAtOnce = max(state.mostAtOnce, state.running)
        }
        let deadline = Deadline(after: .seconds(600))
        while !gate.withLock({ $0 }), !deadline.hasPassed { moment() }
        state.withLock { state in
            state.running -= 1
            state.finished += 1
        }
        let echo = ServerFixture.echo(request)
        return HTTPReply(
            contentType: echo.contentType,
            body: [UInt8](repeating: 0x61, count: padding) + echo.body)
    }
}
