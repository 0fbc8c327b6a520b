internal import LinuxSystem
internal import Netlink
internal import Synchronization

/// A network namespace of the machine, held open together with one socket inside it.
package final class SystemNamespace: Sendable {
    let namespace: NetworkNamespace
    /// Whether it is the namespace of this process, for which sysfs speaks.
    let isOwn: Bool
    private let openSocket = Mutex<RouteSocket?>(nil)

    init(_ namespace: NetworkNamespace, isOwn: Bool) {
        self.namespace = namespace
        self.isOwn = isOwn
    }

    /// The socket inside the namespace, opened when it is first needed.
    func socket() throws -> RouteSocket {
        try openSocket.withLock { socket in
            if let socket { return socket }
            // Our own namespace needs no thread to enter it.
            let opened = isOwn ? try RouteSocket() : try RouteSocket.inside(namespace)
            socket = opened
            return opened
        }
    }
}
