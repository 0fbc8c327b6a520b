internal import Glibc

/// The address of a unix socket: the path of a file, or an abstract name, written with `@` before it.
package struct UnixAddress: Hashable, Sendable {
    /// The most bytes that a path may have: `sun_path` has room for them and the NUL at its end.
    package static var maximumLength: Int { 107 }

    /// As it was given.
    package let path: String

    /// - Throws: `SystemCallError` with `ENAMETOOLONG` for a path over `maximumLength`, and with `EINVAL`
    ///   for an empty one.
    package init(_ path: String) throws(SystemCallError) {
        guard path.utf8.count <= Self.maximumLength else {
            throw SystemCallError(
                operation: "use socket path", subject: path, errno: .nameTooLong)
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SystemCallError(
                operation: "use socket path", subject: path, errno: .invalidArgument)
        }
        self.path = path
    }

    /// Lends the address in the shape that the kernel takes.
    func withSocketAddress<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isAbstract = path.hasPrefix("@")
        if isAbstract { address.sun_path.0 = 0 }
        let head = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        // An abstract name ends where the length says, a path with its NUL.
        let length = socklen_t(head + bytes.count + (isAbstract ? 0 : 1))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// The address that a socket is bound to; nil if it has none.
    static func bound(to socket: Int32) throws(SystemCallError) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try systemCall("get address", on: "socket \(socket)") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(socket, $0, &length)
                }
            }
        }
        let head = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let size = Int(length) - head
        guard size > 0 else { return nil }
        let bytes = withUnsafeBytes(of: &address.sun_path) { Array($0.prefix(size)) }
        guard bytes.first == 0 else {
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
}
