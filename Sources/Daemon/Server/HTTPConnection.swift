internal import NIOCore
internal import NIOHTTP1

/// One connection: receives requests, has them answered in order, one at a time, and keeps the limits.
///
/// An answer counts as given when the kernel has taken all of it. Until then no further request is begun and nothing is read:
/// `InputGate` and `HTTPServerPipelineHandler` before it hold back what follows a request.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request of which something has arrived.
    private struct Incoming {
        let head: HTTPRequestHead
        var body = ByteBuffer()
        /// Whether the connection stays open after the answer.
        var staysOpen: Bool
    }

    private enum State {
        case idle
        case receiving(Incoming)
        /// Handed to a thread. What the answer has to know of the request stays here.
        case answering(HTTPRequestHead, staysOpen: Bool, bytes: Int)
        /// The answer is on its way to the client.
        case writing(staysOpen: Bool)
        /// Answered before it was there whole; the rest is dropped, then the connection closed.
        case refused(isWritten: Bool)
        case closed
    }

    private let limits: ServerLimits
    private let registry: ConnectionRegistry
    private let answer: @Sendable (HTTPRequest, @escaping @Sendable (HTTPReply) -> Void) -> Bool
    private var state = State.idle
    /// What stands before the parser; owned by the channel.
    weak var input: InputGate?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var hasRequestBegun = false

    /// - Parameter answer: Has a request answered, and calls back from any thread; false if it will not.
    init(
        limits: ServerLimits, registry: ConnectionRegistry,
        answer:
            @escaping @Sendable (
                HTTPRequest, @escaping @Sendable (HTTPReply) -> Void
            ) -> Bool
    ) {
        self.limits = limits
        self.registry = registry
        self.answer = answer
    }

    /// Whether what the client sends is wanted: a request is missing, or the rest of one.
    var takesInput: Bool {
        switch state {
        case .idle, .receiving, .refused: true
        case .answering, .writing, .closed: false
        }
    }

    // MARK: What happens to the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Who connects has something to say.
        closeUnlessHeard(within: limits.receiving)
    }

    func channelActive(context: ChannelHandlerContext) {
        // Only now the channel knows who has connected.
        let client = ClientAddress(context.remoteAddress)
        registry.admit(context.channel, from: client)?.close(promise: nil)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if case .receiving(let incoming) = state { registry.release(incoming.body.readableBytes) }
        // A request that is being answered keeps its memory until it is.
        if case .answering = state {} else { state = .closed }
        self.context = nil
        context.fireChannelInactive()
    }

    func bytesArrived() {
        guard !hasRequestBegun, case .idle = state else { return }
        hasRequestBegun = true
        setStalled(true)
        closeUnlessHeard(within: limits.receiving)
    }

    private func setStalled(_ isStalled: Bool) {
        guard let context else { return }
        registry.setStalled(context.channel, isStalled)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ShutdownEvent:
            switch state {
            case .answering(let head, _, let bytes):
                state = .answering(head, staysOpen: false, bytes: bytes)
            case .writing: state = .writing(staysOpen: false)
            case .idle, .receiving, .refused, .closed: context.close(promise: nil)
            }
        case ChannelEvent.inputClosed:
            switch state {
            case .idle, .refused(isWritten: true): context.close(promise: nil)
            case .receiving:
                refuse(
                    .failure(400, "the request is cut off"), then: .writing(staysOpen: false))
            // The client has said all; it still gets its answer.
            case .answering(let head, _, let bytes):
                state = .answering(head, staysOpen: false, bytes: bytes)
            case .writing, .refused(isWritten: false): state = .writing(staysOpen: false)
            case .closed: break
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.close(promise: nil)
            return
        }
        switch state {
        case .idle, .receiving:
            refuse(
                error == .headerOverflow
                    ? .failure(431, "the head of the request is too long")
                    : .failure(400, "not an HTTP request"),
                then: .writing(staysOpen: false))
        case .answering, .refused: context.close(promise: nil)
        case .writing, .closed: break
        }
    }

    /// The timer of the connection: one at a time.
    private func closeUnlessHeard(within allowance: Duration) {
        timer?.cancel()
        guard let context else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(allowance)) {
            [weak self] in
            self?.timeIsUp()
        }
    }

    private func timeIsUp() {
        guard let context else { return }
        if case .receiving = state {
            refuse(
                .failure(408, "the request did not arrive within \(limits.receiving)"),
                then: .writing(staysOpen: false))
        } else {
            context.close(promise: nil)
        }
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .idle): begin(head)
        case (.body(let part), .receiving(let incoming)): take(part, incoming)
        case (.end, .receiving(let incoming)): submit(incoming)
        case (.end, .refused(isWritten: true)): context.close(promise: nil)
        case (.end, .refused(isWritten: false)): state = .writing(staysOpen: false)
        default: break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        guard let context else { return }
        if !hasRequestBegun { bytesArrived() }
        // The parser takes what follows such a request for another protocol.
        let leavesHTTP =
            head.method == .CONNECT
            || head.headers[canonicalForm: "connection"].contains {
                $0.lowercased() == "upgrade"
            }
        let staysOpen = limits.keepsConnections && head.isKeepAlive && !leavesHTTP
        state = .receiving(Incoming(head: head, staysOpen: staysOpen))
        if let length = head.headers.first(name: "content-length").flatMap(Int.init),
            length > limits.body
        {
            refuse(tooLong)
        } else if head.version == .http1_1,
            head.headers.first(name: "expect")?.lowercased() == "100-continue"
        {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
                promise: nil)
        }
    }

    private func take(_ part: ByteBuffer, _ incoming: Incoming) {
        guard incoming.body.readableBytes + part.readableBytes <= limits.body else {
            return refuse(tooLong)
        }
        guard registry.reserve(part.readableBytes) else {
            return refuse(.failure(503, "too much is being received at once"))
        }
        var incoming = incoming
        state = .idle  // One owner of the buffer, or it would be copied for every part.
        incoming.body.writeImmutableBuffer(part)
        state = .receiving(incoming)
    }

    private var tooLong: HTTPReply {
        .failure(413, "the body is longer than \(limits.body) bytes")
    }

    /// Answers a request that is not there whole, and will not be worked on.
    ///
    /// - Parameter next: What becomes of the connection.
    private func refuse(_ reply: HTTPReply, then next: State = .refused(isWritten: false)) {
        var head: HTTPRequestHead?
        if case .receiving(let incoming) = state {
            head = incoming.head
            registry.release(incoming.body.readableBytes)
        }
        state = next
        // Its time goes on for what is still to come of the request.
        if case .writing = next { closeUnlessHeard(within: limits.sending) }
        write(reply, to: head, staysOpen: false)
    }

    // MARK: Answering

    private func submit(_ incoming: Incoming) {
        guard let context else { return }
        timer?.cancel()
        let bytes = incoming.body.readableBytes
        let target = incoming.head.uri
        let request = HTTPRequest(
            method: incoming.head.method.rawValue,
            path: String(target.prefix { $0 != "?" }),
            body: Array(incoming.body.readableBytesView))
        state = .answering(incoming.head, staysOpen: incoming.staysOpen, bytes: bytes)
        setStalled(false)
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let finish: @Sendable (HTTPReply) -> Void = { reply in
            loop.execute { own.value.finish(reply) }
        }
        // Later too: the next request may come out of the end of the answer, and so on.
        if !answer(request, finish) { finish(.failure(503, "too many requests are waiting")) }
    }

    private func finish(_ reply: HTTPReply) {
        guard case .answering(let head, let staysOpen, let bytes) = state else { return }
        registry.release(bytes)
        guard context != nil else {
            state = .closed
            return
        }
        state = .writing(staysOpen: staysOpen)
        setStalled(true)
        closeUnlessHeard(within: limits.sending)
        write(reply, to: head, staysOpen: staysOpen)
    }

    private func write(_ reply: HTTPReply, to request: HTTPRequestHead?, staysOpen: Bool) {
        guard let context else { return }
        let version = request?.version ?? .http1_1
        var head = HTTPResponseHead(
            version: version, status: HTTPResponseStatus(statusCode: reply.status))
        head.headers.add(name: "content-type", value: reply.contentType)
        head.headers.add(name: "content-length", value: "\(reply.body.count)")
        if !staysOpen {
            head.headers.add(name: "connection", value: "close")
        } else if version != .http1_1 {
            head.headers.add(name: "connection", value: "keep-alive")
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [weak self] in
            self?.answerIsWritten()
        }
        if request?.method == .HEAD {
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: written)
        } else {
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))),
                promise: written)
        }
    }

    /// The kernel has taken the whole answer.
    private func answerIsWritten() {
        guard let context else { return }
        switch state {
        case .writing(staysOpen: true):
            // Before the end of the answer, which takes no bytes: the next request may come out of that.
            state = .idle
            hasRequestBegun = false
            setStalled(false)
            closeUnlessHeard(within: limits.idle)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            input?.passOn()
        case .writing(staysOpen: false): context.close(promise: nil)
        // Else the client, still sending, would lose the answer with the connection.
        case .refused: state = .refused(isWritten: true)
        case .idle, .receiving, .answering, .closed: break
        }
    }
}
