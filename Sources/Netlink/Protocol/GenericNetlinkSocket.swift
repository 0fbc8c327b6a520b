internal import CNetlink
internal import LinuxSystem

/// A socket for one generic netlink family.
final class GenericNetlinkSocket: Sendable {
    let conversation: NetlinkConversation

    /// The family's number; nil if the kernel does not have it.
    let family: Int?

    /// Opens a socket in the network namespace of the calling thread, and asks for the family.
    init(family name: String) throws(SystemCallError) {
        let socket = try NetlinkSocket(family: NETLINK_GENERIC)
        family = try socket.family(named: name)
        conversation = NetlinkConversation(socket)
    }

    /// A socket whose kernel is a function.
    init(family: Int?, port: UInt32, transport: @escaping NetlinkTransport) {
        self.family = family
        conversation = NetlinkConversation(port: port, transport: transport)
    }
}

extension genlmsghdr {
    init(command: UInt32, version: UInt8) {
        self.init()
        cmd = UInt8(truncatingIfNeeded: command)
        self.version = version
    }
}
