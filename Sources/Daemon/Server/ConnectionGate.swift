internal import NIOCore

/// Lets connections wait in the kernel's queue while too many are open.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let limit: Int
    private let room: ServerRoom
    private var isHeld = false

    init(limit: Int, room: ServerRoom) {
        self.limit = limit
        self.room = room
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        room.add(connection)
        // All channels of a server are on one event loop.
        connection.closeFuture.assumeIsolated().whenComplete { _ in
            self.room.remove(connection)
            guard self.isHeld else { return }
            self.isHeld = false
            context.read()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if room.connectionCount < limit { context.read() } else { isHeld = true }
    }
}
