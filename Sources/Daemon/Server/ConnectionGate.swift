internal import NIOCore

/// Lets connections wait in the kernel's queue while there is no place for one more.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let registry: ConnectionRegistry

    init(registry: ConnectionRegistry) {
        self.registry = registry
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        registry.add(connection)
        let registry = registry
        connection.closeFuture.whenComplete { _ in registry.remove(connection) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        let own = NIOLoopBound(context, eventLoop: context.eventLoop)
        // All channels of a server are on one event loop.
        if registry.hasPlace(orElse: { own.value.read() }) { context.read() }
    }
}
