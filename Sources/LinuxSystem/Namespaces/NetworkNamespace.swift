internal import CLinuxShim
internal import Glibc

/// A network namespace held open by a descriptor.
///
/// While it is open the namespace, and every VF in it, stays alive even if nobody else uses it: close it
/// (let go of the last reference) before waiting for the kernel to give a VF back.
package final class NetworkNamespace: Sendable {
    /// The path it was opened by.
    package let path: String

    /// The identity that the nsfs file and the cookie gave when it was opened.
    package let identity: NamespaceIdentity

    private let descriptor: Descriptor

    /// Opens the namespace behind a path such as `/run/netns/a` or `/proc/4711/ns/net`.
    ///
    /// - Throws: `NetworkNamespaceError` if there is nothing there, or something else than a network
    ///   namespace; `SystemCallError` if it cannot be opened.
    package static func open(_ path: String) throws -> NetworkNamespace {
        try open(path, socket: .unixDatagram) { socket in
            namespaceCookie(ofSocket: socket.rawValue)
        } cookie: {
            $0
        }.namespace
    }

    /// Opens a namespace, and a socket inside it.
    ///
    /// - Parameters:
    ///   - body: Makes something of the socket.
    ///   - cookie: The namespace's cookie, of what was made of the socket.
    /// - Throws: As the other; what the body throws.
    package static func open<Value>(
        _ path: String, socket kind: SocketKind, _ body: (consuming Descriptor) throws -> Value,
        cookie: (Value) -> UInt64?
    ) throws -> (namespace: NetworkNamespace, value: Value) {
        let descriptor = try descriptor(of: path)
        let number = descriptor.rawValue
        guard vfmap_file_system_type(number) == nsfsMagic else {
            throw NetworkNamespaceError.notANamespace(path)
        }
        let value = try body(try socket(kind, inside: number, path: path))
        let identity = try identify(number, path: path, cookie: cookie(value))
        return (NetworkNamespace(path: path, identity: identity, descriptor: descriptor), value)
    }

    /// The namespace that this process lives in; call it on a thread that has not left it.
    ///
    /// - Throws: `NetworkNamespaceError` `missing` if `/proc` does not show it; `SystemCallError` if it or a socket
    ///   cannot be opened.
    package static func current() throws -> NetworkNamespace {
        try current(cookie: try currentCookie())
    }

    /// The same.
    ///
    /// - Parameter cookie: Its cookie, of a socket that the thread has made.
    /// - Throws: `NetworkNamespaceError` `missing` if `/proc` does not show it; `SystemCallError` if it cannot be
    ///   opened.
    package static func current(cookie: UInt64?) throws -> NetworkNamespace {
        let path = "/proc/self/ns/net"
        let descriptor = try descriptor(of: path)
        let identity = try identify(descriptor.rawValue, path: path, cookie: cookie)
        return NetworkNamespace(path: path, identity: identity, descriptor: descriptor)
    }

    private init(
        path: String, identity: NamespaceIdentity, descriptor: consuming Descriptor
    ) {
        self.path = path
        self.identity = identity
        self.descriptor = descriptor
    }

    /// Opens a socket inside the namespace, which stays there for its life and can be used from any thread.
    ///
    /// - Throws: `SystemCallError` if no thread can be made, the namespace cannot be entered or the socket cannot be
    ///   opened.
    package func socket(_ kind: SocketKind) throws -> Descriptor {
        try Self.socket(kind, inside: descriptor.rawValue, path: path)
    }

    /// Runs work inside the namespace, on a thread that ends with it.
    ///
    /// - Throws: What the work throws; `SystemCallError` if no thread can be made or the namespace cannot be entered,
    ///   and then the work was not begun.
    package func run<Value>(_ work: () throws -> Value) throws -> Value {
        let number = descriptor.rawValue
        return try onDedicatedThread {
            try Self.enter(number, path: path)
            return try work()
        }
    }

    /// Lends the descriptor, for netlink attributes that name a namespace.
    ///
    /// - Throws: What the body throws.
    package func withDescriptor<Value, Failure: Error>(
        _ body: (Int32) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(descriptor.rawValue)
    }

    private static func descriptor(of path: String) throws -> Descriptor {
        do {
            // Whatever the path leads to must not keep us waiting, as a pipe would.
            return try Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
        } catch  where error.errno.isAbsence {
            throw NetworkNamespaceError.missing(path)
        }
    }

    private static func identify(
        _ descriptor: Int32, path: String, cookie: UInt64?
    ) throws(SystemCallError) -> NamespaceIdentity {
        var status = stat()
        try systemCall("stat", on: path) { fstat(descriptor, &status) }
        return NamespaceIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), cookie: cookie)
    }

    private static let entering = "enter network namespace"

    private static func enter(_ descriptor: Int32, path: String) throws(SystemCallError) {
        try systemCall(entering, on: path) { vfmap_enter_network_namespace(descriptor) }
    }

    private static func socket(
        _ kind: SocketKind, inside descriptor: Int32, path: String
    ) throws -> Descriptor {
        var step = vfmap_making_thread
        let number = vfmap_socket_in_network_namespace(
            descriptor, kind.domain, kind.type, kind.number, &step)
        if number >= 0 { return Descriptor(owning: number) }
        let errno = ErrorNumber(rawValue: -number)
        // setns(2) answers EINVAL for a descriptor of another kind of namespace.
        if step == vfmap_entering_namespace, errno == .invalidArgument {
            throw NetworkNamespaceError.notANamespace(path)
        }
        let operation =
            switch step {
            case vfmap_opening_socket: "open \(kind.name) in"
            case vfmap_entering_namespace: entering
            default: "make a thread for"
            }
        throw SystemCallError(operation: operation, subject: path, errno: errno)
    }

    /// The cookie of the calling thread's namespace; nil if the kernel does not tell.
    private static func currentCookie() throws(SystemCallError) -> UInt64? {
        let socket = try SocketKind.unixDatagram.open()
        return namespaceCookie(ofSocket: socket.rawValue)
    }

    /// `NSFS_MAGIC` of <linux/magic.h>.
    private static let nsfsMagic: Int64 = 0x6e73_6673
}
