internal import CNetlink
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// An open netlink socket: the owner of libnl's `nl_sock`.
///
/// It stays in the network namespace that it was opened in, whichever thread uses it. The
/// descriptor is close-on-exec and does not block: the kernel has put the answer to a request in
/// the queue before the request's send returns.
final class NetlinkSocket: Sendable {
    // libnl changes a socket only in the calls of `init`, which end before anybody shares it.
    // Sending and receiving read it.
    nonisolated(unsafe) private let socket: OpaquePointer

    /// Bytes of the longest datagram that is taken in. The kernel fills those of a list up to 32 KiB; a
    /// longer one, as a PF with many VFs sends, makes it grow.
    private let capacity = Mutex(32768)

    /// Opens a socket in the network namespace of the calling thread.
    convenience init(
        family: Int32, groups: [Int32] = [], receiveBuffer: Int32? = nil
    ) throws(SystemCallError) {
        try self.init(
            owning: Self.kind(family: family).open(), family: family, groups: groups,
            receiveBuffer: receiveBuffer)
    }

    /// What a socket is that `init(owning:family:groups:receiveBuffer:)` takes.
    static func kind(family: Int32) -> SocketKind {
        SocketKind(
            "netlink socket", domain: AF_NETLINK,
            type: Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue), number: family)
    }

    /// - Parameters:
    ///   - opened: A socket that was opened in whatever network namespace.
    ///   - family: `NETLINK_ROUTE` or `NETLINK_GENERIC`.
    ///   - groups: Multicast groups to join, `RTNLGRP_…`.
    ///   - receiveBuffer: Bytes of queue; without CAP_NET_ADMIN at most `net.core.rmem_max`. nil leaves it as
    ///     the kernel has it (`net.core.rmem_default`), which is enough for answers: they wait for their reader.
    /// - Throws: `SystemCallError`, with nothing left open.
    init(
        owning opened: consuming Descriptor, family: Int32, groups: [Int32] = [],
        receiveBuffer: Int32? = nil
    ) throws(SystemCallError) {
        guard let socket = nl_socket_alloc() else {
            throw SystemCallError(
                operation: "open netlink socket", subject: "", errno: .outOfMemory)
        }
        self.socket = socket
        try Self.bind(opened.rawValue)
        let descriptor = opened.rawValue
        // libnl would open one by itself too, but sets its buffers to less than the kernel's own, and takes three
        // calls more.
        try libraryCall("open netlink socket", on: "") {
            nl_socket_set_fd(socket, family, descriptor)
        }
        // From here on libnl closes it.
        _ = opened.release()
        if let receiveBuffer,
            !Self.setOption(SO_RCVBUFFORCE, of: SOL_SOCKET, to: receiveBuffer, on: descriptor)
        {
            Self.setOption(SO_RCVBUF, of: SOL_SOCKET, to: receiveBuffer, on: descriptor)
        }
        Self.setOption(NETLINK_EXT_ACK, of: SOL_NETLINK, to: 1, on: descriptor)
        Self.setOption(NETLINK_CAP_ACK, of: SOL_NETLINK, to: 1, on: descriptor)
        Self.setOption(NETLINK_GET_STRICT_CHK, of: SOL_NETLINK, to: 1, on: descriptor)
        for group in groups {
            try libraryCall("join netlink group \(group)", on: "") {
                nl_socket_add_membership(socket, group)
            }
        }
    }

    deinit {
        nl_socket_free(socket)
    }

    /// Gives a socket a port of the kernel's choice.
    private static func bind(_ descriptor: Int32) throws(SystemCallError) {
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        try systemCall("open netlink socket", on: "") {
            withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    Glibc.bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_nl>.size))
                }
            }
        }
    }

    /// For poll(2); it becomes readable when a message, or the news of an overrun, has come.
    var descriptor: Int32 { nl_socket_get_fd(socket) }

    /// The port that the kernel's answers name.
    var port: UInt32 { nl_socket_get_local_port(socket) }

    /// The number of a generic netlink family; one request of libnl.
    ///
    /// - Returns: nil if the kernel has no such family (now).
    func family(named name: String) throws(SystemCallError) -> Int? {
        do {
            return Int(
                try libraryCall("find generic netlink family", on: name) {
                    genl_ctrl_resolve(socket, name)
                })
        } catch  where error.errno == .noSuchFile {
            return nil
        }
    }

    /// Sends a complete message to the kernel, which works it off before this returns.
    func send(_ message: [UInt8]) throws(SystemCallError) {
        // libnl only reads, although its parameter is not const.
        var message = message
        try libraryCall("send netlink request", on: "") {
            nl_sendto(socket, &message, message.count)
        }
    }

    /// The next datagram of the kernel; other senders' are dropped.
    ///
    /// - Parameter deadline: Asked for when there is nothing to receive yet.
    /// - Returns: nil if none has come by the deadline.
    /// - Throws: `SystemCallError`; with `ENOBUFS` if messages were lost before this one, with
    ///   `EMSGSIZE` if this one is lost because it was too long: then there is room for its like the next time.
    func receive(
        by deadline: @autoclosure () -> Deadline
    ) throws(SystemCallError) -> [UInt8]? {
        var limit: Deadline?
        while true {
            guard let (bytes, length, sender) = try receiveNow() else {
                let end = limit ?? deadline()
                limit = end
                guard try isReadable(by: end) else { return nil }
                continue
            }
            guard sender == 0 else { continue }
            if length <= bytes.count { return bytes }
            capacity.withLock { $0 = max($0, length) }
            throw SystemCallError(
                operation: "receive netlink message", subject: "", errno: .messageTooLong)
        }
    }

    /// The datagram at the head of the queue: as much of it as there is room for, its whole length, its
    /// sender; nil if the queue is empty.
    private func receiveNow() throws(SystemCallError) -> ([UInt8], length: Int, sender: UInt32)? {
        let descriptor = descriptor
        let room = capacity.withLock { $0 }
        var sender = sockaddr_nl()
        var length = 0
        var failure: SystemCallError?
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            do throws(SystemCallError) {
                length = try systemCall("receive netlink message", on: "") {
                    withUnsafeMutablePointer(to: &sender) { sender in
                        sender.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
                            var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
                            return recvfrom(
                                descriptor, buffer.baseAddress, room, Int32(MSG_TRUNC), sender,
                                &size)
                        }
                    }
                }
                count = min(length, room)
            } catch {
                failure = error
            }
        }
        if let failure {
            if failure.errno == .wouldBlock { return nil }
            throw failure
        }
        return (bytes, length, sender.nl_pid)
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

/// Calls into libnl and turns its failure into an error.
///
/// libnl answers with a code of its own and leaves `errno` as whatever call came last: a code is never looked up there.
///
/// - Parameter body: The call, which is made once; a negative result is a negated `NLE_` code.
/// - Returns: The result, zero or more.
@discardableResult
private func libraryCall(
    _ operation: String, on subject: String, _ body: () -> Int32
) throws(SystemCallError) -> Int32 {
    let result = body()
    guard result < 0 else { return result }
    throw SystemCallError(
        operation: operation, subject: subject, errno: ErrorNumber(libraryCode: Int(-result)))
}

extension ErrorNumber {
    /// The errno that libnl has made a code of: the other way of its `nl_syserr2nlerr`.
    ///
    /// - Parameter code: `NLE_…`; one that stands for several errnos, or for none, becomes `EIO`.
    init(libraryCode code: Int) {
        let number =
            switch code {
            case Int(NLE_INTR): EINTR
            case Int(NLE_BAD_SOCK): EBADF
            case Int(NLE_AGAIN): EAGAIN
            case Int(NLE_NOMEM): ENOMEM
            case Int(NLE_EXIST): EEXIST
            case Int(NLE_INVAL): EINVAL
            case Int(NLE_RANGE): ERANGE
            case Int(NLE_MSGSIZE): EMSGSIZE
            case Int(NLE_OPNOTSUPP): EOPNOTSUPP
            case Int(NLE_AF_NOSUPPORT): EAFNOSUPPORT
            case Int(NLE_OBJ_NOTFOUND): ENOENT
            case Int(NLE_NOADDR): EADDRNOTAVAIL
            case Int(NLE_PERM): EPERM
            case Int(NLE_BUSY): EBUSY
            case Int(NLE_NOACCESS): EACCES
            case Int(NLE_NODEV): ENODEV
            default: EIO
            }
        self.init(rawValue: number)
    }
}
