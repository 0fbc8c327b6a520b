internal import LinuxSystem
internal import Logging
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// An HTTP/1.1 server on a unix socket or a port of TCP whose handler may block.
///
/// Connections live on one event loop; requests are answered on threads of the server's own, so that one that
/// waits for hardware holds up neither the loop nor anybody else's work. A request that was handed to a thread is
/// finished, whether or not its client still waits.
package final class HTTPServer: Service {
    /// What it serves, for the log: `docker`.
    package let name: String
    private let socket: Mutex<ServerSocket?>
    private let file: SocketFile?
    private let loop: any EventLoop
    private let limits: ServerLimits
    private let log: DaemonLog
    private let isReady: ReadySignal
    private let workers: RequestWorkers
    private let registry: ConnectionRegistry
    private let calls: CallCounter
    private let tellsFailures: Bool
    private let handler: HTTPHandler

    /// - Parameters:
    ///   - loop: Where the connections live; shut down by its owner after the server has ended.
    ///   - isReady: Is told when clients are let in.
    ///   - calls: Counts the requests.
    ///   - tellsFailures: Whether failed requests are logged; not where anybody may send some.
    package init(
        name: String, socket: consuming ServerSocket, loop: any EventLoop,
        limits: ServerLimits = ServerLimits(), log: DaemonLog, isReady: ReadySignal,
        calls: CallCounter, tellsFailures: Bool = true, handler: @escaping HTTPHandler
    ) {
        self.name = name
        file = socket.file
        self.socket = Mutex(consume socket)
        self.loop = loop
        self.limits = limits
        self.log = log
        self.isReady = isReady
        self.calls = calls
        self.tellsFailures = tellsFailures
        self.handler = handler
        workers = RequestWorkers(threads: limits.threads, waiting: limits.waitingRequests)
        registry = ConnectionRegistry(limits: limits)
    }

    /// Serves until the shutdown, then finishes what has begun.
    ///
    /// - Throws: What SwiftNIO throws if it cannot take over the socket; the socket's file is removed and the request
    ///   threads have ended then.
    package func run() async throws {
        guard let socket = socket.withLock({ $0.take() }) else {
            preconditionFailure("a server runs once")
        }
        let channel: any Channel
        do {
            channel = try await open(socket.release())
        } catch {
            file?.remove()
            await workers.shutDown()
            throw error
        }
        isReady.reach(name)
        // A channel that closes by itself ends the server too, and with it the daemon.
        let closed = channel.closeFuture
        await withTaskCancellationOrGracefulShutdownHandler {
            // Closing fails only if it is closed.
            try? await closed.get()
        } onCancelOrGracefulShutdown: {
            self.file?.remove()
            channel.close(promise: nil)
        }
        file?.remove()
        await drain()
    }

    private func open(_ descriptor: Int32) async throws -> any Channel {
        let registry = registry
        let (limits, answer) = (limits, answer)
        return try await ServerBootstrap(group: loop)
            // One at a time, or more than the limit would come in at once.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionGate(registry: registry))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What has been read of requests that cannot be begun yet is held for each connection.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = HTTPConnection(
                        limits: limits, registry: registry, answer: answer)
                    var parsing = NIOHTTPDecoderLimitConfiguration()
                    parsing.maxHeaderFieldSize = limits.head
                    parsing.maxHeaderListSize = limits.head
                    parsing.maxHeaderFieldCount = limits.headerFields
                    let pipeline = channel.pipeline.syncOperations
                    let input = InputGate(connection, limit: limits.pipelined)
                    connection.input = input
                    try pipeline.addHandler(input)
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(
                        ByteToMessageHandler(
                            HTTPRequestDecoder(
                                leftOverBytesStrategy: .dropBytes, limitConfiguration: parsing)))
                    try pipeline.addHandler(HTTPServerPipelineHandler())
                    try pipeline.addHandler(connection)
                }
            }
            .withBoundSocket(descriptor).get()
    }

    private var answer: @Sendable (HTTPRequest, @escaping @Sendable (HTTPReply) -> Void) -> Bool {
        let (workers, calls, handler, name) = (workers, calls, handler, name)
        let log = tellsFailures ? log : nil
        return { request, reply in
            calls.begin()
            let isAccepted = workers.submit {
                let start = ContinuousClock.now
                let answer = handler(request)
                let time = ContinuousClock.now - start
                calls.end(request.path, answer, time)
                if let text = answer.failureText {
                    log?.failure(
                        .warning, "call failed",
                        [
                            "server": "\(name)", "path": "\(request.path)",
                            "status": "\(answer.status)", "error": "\(text)",
                        ])
                }
                reply(answer)
            }
            if !isAccepted {
                calls.refuse(request.path)
                log?.failure(
                    .warning, "call refused, too many are waiting",
                    ["server": "\(name)", "path": "\(request.path)"])
            }
            return isAccepted
        }
    }

    /// Closes what is idle and waits for what is being worked on.
    private func drain() async {
        for connection in registry.connections {
            connection.pipeline.fireUserInboundEventTriggered(ShutdownEvent())
        }
        let end = loop.makePromise(of: Bool.self)
        let timer = loop.scheduleTask(in: TimeAmount(limits.draining)) { end.succeed(false) }
        EventLoopFuture.andAllComplete(
            [registry.empty(on: loop), workers.idle(on: loop)], on: loop
        )
        .whenComplete { _ in
            timer.cancel()
            end.succeed(true)
        }
        // It never fails.
        if (try? await end.futureResult.get()) == true {
            await workers.shutDown()
        } else {
            log.failure(
                .error, "stopping with requests unfinished",
                ["server": "\(name)", "requests": "\(workers.unfinished)"])
            for connection in registry.connections { connection.close(promise: nil) }
        }
    }
}
