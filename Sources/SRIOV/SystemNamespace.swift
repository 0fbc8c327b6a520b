internal import LinuxSystem
internal import Netlink
internal import Synchronization

/// A network namespace of the machine, held open together with one socket inside it.
package final class SystemNamespace: Sendable {
    let namespace: NetworkNamespace
    /// Whether it is the namespace of this process, for which sysfs speaks.
    let isOwn: Bool
    private let openSocket: Mutex<RouteSocket?>

    /// - Parameter socket: One that was opened inside the namespace.
    init(_ namespace: NetworkNamespace, socket: RouteSocket) {
        self.namespace = namespace
        isOwn = false
        openSocket = Mutex(socket)
    }

    /// - Parameter own: The namespace of the calling thread.
    init(own: NetworkNamespace) {
        namespace = own
        isOwn = true
        openSocket = Mutex(nil)
    }

    /// The socket inside the namespace; in our own it is opened when it is first needed.
    func socket() throws -> RouteSocket {
        try openSocket.withLock { socket in
            if let socket { return socket }
            let opened = try RouteSocket()
            socket = opened
            return opened
        }
    }
}
