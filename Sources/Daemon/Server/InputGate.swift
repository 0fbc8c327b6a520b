internal import NIOCore

/// Stands between the socket and the parser: lets a client's bytes in only while its connection takes requests.
///
/// The parser makes many times as much memory of small requests as they have bytes, and `HTTPServerPipelineHandler` keeps
/// what the parser has made. So bytes are held here while a request is being answered, the socket is not read
/// meanwhile, and the parser gets them in small pieces.
final class InputGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    /// Bytes that the parser gets at once.
    private static var pieceSize: Int { 1 << 10 }

    private let connection: HTTPConnection
    private let limit: Int
    private var context: ChannelHandlerContext?
    private var held = ByteBuffer()
    /// Whether the socket is to be read as soon as the connection takes requests again.
    private var isReadHeld = false
    /// Whether the client has ended its side after the bytes that are held.
    private var hasEnded = false

    /// - Parameter limit: The most bytes to hold; a connection with more is closed.
    init(_ connection: HTTPConnection, limit: Int) {
        self.connection = connection
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeImmutableBuffer(bytes) }
        passOn()
        // The socket is read without being asked for when the client ends its side: the kernel's whole buffer then.
        if held.readableBytes > limit { context.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        if connection.takesInput, held.readableBytes == 0 {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, held.readableBytes > 0 {
            hasEnded = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Goes on with what is held, and then with the socket; called when the connection takes requests again.
    func passOn() {
        while connection.takesInput, let context,
            let piece = held.readSlice(length: min(held.readableBytes, Self.pieceSize)),
            piece.readableBytes > 0
        {
            connection.bytesArrived()
            context.fireChannelRead(wrapInboundOut(piece))
        }
        guard connection.takesInput, let context else { return }
        held = ByteBuffer()
        if hasEnded {
            hasEnded = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }
}
