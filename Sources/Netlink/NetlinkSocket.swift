internal import CNetlink
internal import Glibc
internal import LinuxSystem

/// An open netlink socket: the owner of libnl's `nl_sock`.
///
/// It stays in the network namespace of the thread that made it, whichever thread uses it. The
/// descriptor is close-on-exec and does not block: the kernel has put the answer to a request in
/// the queue before the request's send returns.
final class NetlinkSocket: Sendable {
    // libnl changes a socket only in the calls of `open`, which end before anybody shares it.
    // Sending and receiving read it.
    nonisolated(unsafe) private let socket: OpaquePointer

    /// - Parameters:
    ///   - family: `NETLINK_ROUTE` or `NETLINK_GENERIC`.
    ///   - groups: Multicast groups to join, `RTNLGRP_…`.
    ///   - receiveBuffer: Bytes of queue; without CAP_NET_ADMIN at most `net.core.rmem_max`.
    /// - Throws: `SystemCallError`, with nothing left open.
    init(
        family: Int32, groups: [Int32] = [], receiveBuffer: Int32 = 1 << 20
    ) throws(SystemCallError) {
        guard let socket = nl_socket_alloc() else {
            throw SystemCallError(
                operation: "open netlink socket", subject: "", errno: .outOfMemory)
        }
        self.socket = socket
        // libnl makes the descriptor close-on-exec, leaves errno as the failed call set it, and
        // closes on failure.
        try systemCall("open netlink socket", on: "") { nl_connect(socket, family) < 0 ? -1 : 0 }
        // The kernel fills the datagrams of a list up to this size, and every one is read twice
        // only to learn its length: a longer one, as a PF with many VFs sends, gets the room it
        // needs.
        nl_socket_set_msg_buf_size(socket, 32768)
        nl_socket_enable_msg_peek(socket)
        try systemCall("set netlink socket to not block", on: "") {
            nl_socket_set_nonblocking(socket) < 0 ? -1 : 0
        }
        let descriptor = nl_socket_get_fd(socket)
        if !Self.setOption(SO_RCVBUFFORCE, of: SOL_SOCKET, to: receiveBuffer, on: descriptor) {
            Self.setOption(SO_RCVBUF, of: SOL_SOCKET, to: receiveBuffer, on: descriptor)
        }
        Self.setOption(NETLINK_EXT_ACK, of: SOL_NETLINK, to: 1, on: descriptor)
        Self.setOption(NETLINK_CAP_ACK, of: SOL_NETLINK, to: 1, on: descriptor)
        Self.setOption(NETLINK_GET_STRICT_CHK, of: SOL_NETLINK, to: 1, on: descriptor)
        for group in groups {
            try systemCall("join netlink group \(group)", on: "") {
                nl_socket_add_membership(socket, group) < 0 ? -1 : 0
            }
        }
    }

    deinit {
        nl_socket_free(socket)
    }

    /// For poll(2); it becomes readable when a message, or the news of an overrun, has come.
    var descriptor: Int32 { nl_socket_get_fd(socket) }

    /// The port that the kernel's answers name.
    var port: UInt32 { nl_socket_get_local_port(socket) }

    /// The number of a generic netlink family; one request of libnl.
    ///
    /// - Returns: nil if the kernel has no such family (now).
    func family(named name: String) throws(SystemCallError) -> Int? {
        let result = genl_ctrl_resolve(socket, name)
        if result == -Int32(NLE_OBJ_NOTFOUND) { return nil }
        let operation = "find generic netlink family"
        return Int(try systemCall(operation, on: name) { result < 0 ? -1 : result })
    }

    /// Sends a complete message to the kernel, which works it off before this returns.
    func send(_ message: [UInt8]) throws(SystemCallError) {
        // libnl only reads, although its parameter is not const.
        var message = message
        try systemCall("send netlink request", on: "") {
            nl_sendto(socket, &message, message.count) < 0 ? -1 : 0
        }
    }

    /// The next datagram of the kernel, however long it is; other senders' are dropped.
    ///
    /// - Returns: nil if none has come by the deadline.
    /// - Throws: `SystemCallError`; with `ENOBUFS` if messages were lost before this one.
    func receive(by deadline: Deadline) throws(SystemCallError) -> [UInt8]? {
        let socket = socket
        while true {
            var sender = sockaddr_nl()
            var buffer: UnsafeMutablePointer<UInt8>?
            defer { free(buffer) }
            let count: Int32
            do {
                count = try systemCall("receive netlink message", on: "") {
                    let count = nl_recv(socket, &sender, &buffer, nil)
                    return count < 0 ? -1 : count
                }
            } catch  where error.errno == .wouldBlock {
                guard try isReadable(by: deadline) else { return nil }
                continue
            }
            if sender.nl_pid == 0 {
                return Array(UnsafeBufferPointer(start: buffer, count: Int(count)))
            }
        }
    }

    /// Waits until there is something to receive, or the deadline has passed.
    private func isReadable(by deadline: Deadline) throws(SystemCallError) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return try systemCall("wait for netlink message", on: "") {
            poll(&entry, 1, deadline.remainingMilliseconds)
        } > 0
    }

    /// Sets an option that the socket can do without: kernels that lack it answer ENOPROTOOPT.
    @discardableResult
    private static func setOption(
        _ option: Int32, of level: Int32, to value: Int32, on descriptor: Int32
    ) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
            == 0
    }
}
