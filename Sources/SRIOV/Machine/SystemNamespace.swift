internal import LinuxSystem
internal import Netlink

/// A network namespace of the machine, held open together with one socket inside it.
package final class SystemNamespace: Sendable {
    let namespace: NetworkNamespace
    let socket: RouteSocket
    /// Whether it is the namespace of this process, whose interfaces sysfs shows.
    let isOwn: Bool

    /// - Parameter socket: One that was opened inside the namespace.
    init(_ namespace: NetworkNamespace, socket: RouteSocket, isOwn: Bool) {
        self.namespace = namespace
        self.socket = socket
        self.isOwn = isOwn
    }
}
