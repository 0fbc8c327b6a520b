internal import CLinuxShim
internal import Glibc

/// A network namespace held open by a descriptor.
///
/// While it is open the namespace, and every VF in it, stays alive even if nobody else uses it: close it
/// (let go of the last reference) before waiting for the kernel to give a VF back.
package final class NetworkNamespace: Sendable {
    /// The path it was opened by.
    package let path: String

    package let identity: NamespaceIdentity

    private let descriptor: Descriptor

    /// Opens the namespace behind a path such as `/run/netns/a` or `/proc/4711/ns/net`.
    ///
    /// - Throws: `NetworkNamespaceError` if there is nothing there, or something else than a network
    ///   namespace; `SystemCallError` if it cannot be opened.
    package static func open(_ path: String) throws -> NetworkNamespace {
        try open(path, running: currentCookie) { $0 }.namespace
    }

    /// Opens a namespace and runs work inside it, as `run` does, with one thread for both.
    ///
    /// - Parameter cookie: The namespace's cookie, of what the work has made inside.
    /// - Throws: As the other; what the work throws.
    package static func open<Value>(
        _ path: String, running work: () throws -> Value, cookie: (Value) -> UInt64?
    ) throws -> (namespace: NetworkNamespace, value: Value) {
        let descriptor = try descriptor(of: path)
        let number = descriptor.rawValue
        guard vfmap_file_system_type(number) == nsfsMagic else {
            throw NetworkNamespaceError.notANamespace(path)
        }
        let value = try onDedicatedThread {
            do {
                try enter(number, path: path)
            } catch let error as SystemCallError where error.errno == .invalidArgument {
                // setns(2) answers EINVAL for a descriptor of another kind of namespace.
                throw NetworkNamespaceError.notANamespace(path)
            }
            return try work()
        }
        let identity = try identify(number, path: path, cookie: cookie(value))
        return (NetworkNamespace(path: path, identity: identity, descriptor: descriptor), value)
    }

    /// The namespace that this process lives in; call it on a thread that has not left it.
    package static func current() throws -> NetworkNamespace {
        try current(cookie: try currentCookie())
    }

    /// The same.
    ///
    /// - Parameter cookie: Its cookie, of a socket that the thread has made.
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

    /// Runs work inside the namespace, on a thread that ends with it.
    ///
    /// A socket opened by the work stays in the namespace for its life and can be used from any
    /// thread afterwards, which is what this is for: open the socket inside, use it outside.
    package func run<Value>(_ work: () throws -> Value) throws -> Value {
        let number = descriptor.rawValue
        return try onDedicatedThread {
            try Self.enter(number, path: path)
            return try work()
        }
    }

    /// Lends the descriptor, for netlink attributes that name a namespace.
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

    private static func enter(_ descriptor: Int32, path: String) throws(SystemCallError) {
        try systemCall("enter network namespace", on: path) {
            vfmap_enter_network_namespace(descriptor)
        }
    }

    /// The cookie of the calling thread's namespace; nil if the kernel does not tell.
    private static func currentCookie() throws(SystemCallError) -> UInt64? {
        let socket = Descriptor(
            owning: try systemCall("open socket", on: "") {
                Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
        return namespaceCookie(ofSocket: socket.rawValue)
    }

    /// `NSFS_MAGIC` of <linux/magic.h>.
    private static let nsfsMagic: Int64 = 0x6e73_6673
}
