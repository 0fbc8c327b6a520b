internal import NIOCore
internal import NIOHTTP1

/// One connection: receives requests, has them answered in order, one at a time, and keeps the limits.
///
/// `HTTPServerPipelineHandler` before it holds back what follows a request until that is answered.
final class PluginConnection: ChannelInboundHandler {
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
        /// Answered before it was there whole; the rest is dropped, then the connection closed.
        case refused
        /// The last answer is on its way.
        case closing
    }

    private let limits: ServerLimits
    private let room: ServerRoom
    private let answer: @Sendable (PluginRequest, @escaping @Sendable (PluginReply) -> Void) -> Bool
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var hasRequestBegun = false

    /// - Parameter answer: Has a request answered, and calls back from any thread; false if it will not.
    init(
        limits: ServerLimits, room: ServerRoom,
        answer:
            @escaping @Sendable (
                PluginRequest, @escaping @Sendable (PluginReply) -> Void
            ) -> Bool
    ) {
        self.limits = limits
        self.room = room
        self.answer = answer
    }

    // MARK: What happens to the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Who connects has something to say.
        closeUnlessHeard(within: limits.receiving)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if case .receiving(let incoming) = state { room.release(incoming.body.readableBytes) }
        // A request that is being answered keeps its memory until it is.
        if case .answering = state {} else { state = .closing }
        self.context = nil
        context.fireChannelInactive()
    }

    func bytesArrived() {
        guard !hasRequestBegun, case .idle = state else { return }
        hasRequestBegun = true
        closeUnlessHeard(within: limits.receiving)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is StopServing:
            if case .answering(let head, _, let bytes) = state {
                state = .answering(head, staysOpen: false, bytes: bytes)
            } else {
                context.close(promise: nil)
            }
        case ChannelEvent.inputClosed:
            switch state {
            case .idle, .refused: context.close(promise: nil)
            case .receiving: refuse(.failure(400, "the request is cut off"), then: .closing)
            // The client has said all; it still gets its answer.
            case .answering(let head, _, let bytes):
                state = .answering(head, staysOpen: false, bytes: bytes)
            case .closing: break
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
                then: .closing)
        case .answering, .refused: context.close(promise: nil)
        case .closing: break
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
                then: .closing)
            closeUnlessHeard(within: limits.receiving)
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
        case (.end, .refused): context.close(promise: nil)
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
        state = .receiving(Incoming(head: head, staysOpen: head.isKeepAlive && !leavesHTTP))
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
        guard room.reserve(part.readableBytes) else {
            return refuse(.failure(503, "too much is being received at once"))
        }
        var incoming = incoming
        state = .closing  // One owner of the buffer, or it would be copied for every part.
        incoming.body.writeImmutableBuffer(part)
        state = .receiving(incoming)
    }

    private var tooLong: PluginReply {
        .failure(413, "the body is longer than \(limits.body) bytes")
    }

    /// Answers a request that is not there whole, and will not be worked on.
    ///
    /// - Parameter next: What becomes of the connection.
    private func refuse(_ reply: PluginReply, then next: State = .refused) {
        var head: HTTPRequestHead?
        if case .receiving(let incoming) = state {
            head = incoming.head
            room.release(incoming.body.readableBytes)
        }
        state = next
        write(reply, to: head, staysOpen: false)
    }

    // MARK: Answering

    private func submit(_ incoming: Incoming) {
        guard let context else { return }
        timer?.cancel()
        let bytes = incoming.body.readableBytes
        let target = incoming.head.uri
        let request = PluginRequest(
            method: incoming.head.method.rawValue,
            path: String(target.prefix { $0 != "?" }),
            body: Array(incoming.body.readableBytesView))
        state = .answering(incoming.head, staysOpen: incoming.staysOpen, bytes: bytes)
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let isAccepted = answer(request) { reply in
            loop.execute { own.value.finish(reply) }
        }
        if !isAccepted { finish(.failure(503, "too many requests are waiting")) }
    }

    private func finish(_ reply: PluginReply) {
        guard case .answering(let head, let staysOpen, let bytes) = state else { return }
        room.release(bytes)
        guard context != nil else {
            state = .closing
            return
        }
        // Before the answer is written: the next request may come out of that.
        state = staysOpen ? .idle : .closing
        hasRequestBegun = false
        closeUnlessHeard(within: staysOpen ? limits.idle : limits.receiving)
        write(reply, to: head, staysOpen: staysOpen)
    }

    private func write(_ reply: PluginReply, to request: HTTPRequestHead?, staysOpen: Bool) {
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
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request?.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        if !staysOpen {
            written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
                self?.lastAnswerIsWritten()
            }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func lastAnswerIsWritten() {
        // Else the client, still sending, would lose the answer with the connection.
        if case .refused = state { return }
        context?.close(promise: nil)
    }
}
