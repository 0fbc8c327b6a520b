internal import CNetlink
package import LinuxSystem

/// A socket for links, VFs, addresses and routes (rtnetlink).
///
/// It stays in the network namespace it was opened in, and may be used from any thread; requests
/// of several threads run one after the other. Every function here is one request, nothing is
/// cached. It needs no privileges to read; changes need CAP_NET_ADMIN over the namespace.
package final class RouteSocket: Sendable {
    let conversation: NetlinkConversation

    /// The cookie of the network namespace that it is in; nil if the kernel does not tell.
    package let namespaceCookie: UInt64?

    /// Opens a socket in the network namespace of the calling thread.
    ///
    /// - Throws: `SystemCallError` if the socket cannot be opened.
    package convenience init() throws(SystemCallError) {
        try self.init(NetlinkSocket(family: NETLINK_ROUTE))
    }

    /// Takes over a socket, wherever it was opened.
    ///
    /// - Parameter descriptor: One of `kind`.
    /// - Throws: `SystemCallError` if it cannot be bound; the descriptor is closed then.
    package convenience init(owning descriptor: consuming Descriptor) throws(SystemCallError) {
        try self.init(NetlinkSocket(owning: descriptor, family: NETLINK_ROUTE))
    }

    private init(_ socket: NetlinkSocket) {
        namespaceCookie = LinuxSystem.namespaceCookie(ofSocket: socket.descriptor)
        conversation = NetlinkConversation(socket)
    }

    /// A socket whose kernel is a function.
    init(port: UInt32, transport: @escaping NetlinkTransport) {
        namespaceCookie = nil
        conversation = NetlinkConversation(port: port, transport: transport)
    }

    /// Opens a socket in another network namespace.
    ///
    /// - Throws: `SystemCallError` if the namespace cannot be entered or the socket not opened.
    package static func inside(_ namespace: NetworkNamespace) throws -> RouteSocket {
        try RouteSocket(owning: try namespace.socket(kind))
    }

    package static var kind: SocketKind { NetlinkSocket.kind(family: NETLINK_ROUTE) }
}
