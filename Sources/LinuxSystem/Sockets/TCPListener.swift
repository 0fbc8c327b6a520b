internal import Glibc

/// A TCP socket that takes connections.
package struct TCPListener: ~Copyable, Sendable {
    /// Where clients find it, with the port that the kernel chose if it was to.
    package let address: TCPAddress

    private let descriptor: Descriptor

    /// Listens on an address; one of IPv6 takes no clients of IPv4.
    ///
    /// - Throws: `SystemCallError`; with `EADDRINUSE` if a process listens there, with `EADDRNOTAVAIL` for an address
    ///   that is none of this host's.
    package static func make(at address: TCPAddress) throws(SystemCallError) -> TCPListener {
        let descriptor = Descriptor(
            owning: try systemCall("open socket", on: "\(address)") {
                socket(
                    address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
        let number = descriptor.rawValue
        // Connections of a process before us may linger; they keep nobody from listening.
        try switchOn(SO_REUSEADDR, at: SOL_SOCKET, of: number, address)
        if address.family == AF_INET6 {
            try switchOn(IPV6_V6ONLY, at: Int32(IPPROTO_IPV6), of: number, address)
        }
        try systemCall("bind socket", on: "\(address)") {
            address.withSocketAddress { bind(number, $0, $1) }
        }
        try systemCall("listen on socket", on: "\(address)") { Glibc.listen(number, 128) }
        return TCPListener(
            address: address.with(port: try port(of: number, address)), descriptor: descriptor)
    }

    private init(address: TCPAddress, descriptor: consuming Descriptor) {
        self.address = address
        self.descriptor = descriptor
    }

    /// Gives the descriptor away; its new owner closes it.
    package consuming func release() -> Int32 { descriptor.release() }

    private static func switchOn(
        _ option: Int32, at level: Int32, of socket: Int32, _ address: TCPAddress
    ) throws(SystemCallError) {
        var one: Int32 = 1
        try systemCall("set an option of socket", on: "\(address)") {
            setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static func port(
        of socket: Int32, _ address: TCPAddress
    ) throws(SystemCallError) -> UInt16 {
        // Both families have the port at the same place.
        var bound = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        try systemCall("get the address of socket", on: "\(address)") {
            withUnsafeMutablePointer(to: &bound) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(socket, $0, &length)
                }
            }
        }
        return UInt16(bigEndian: bound.sin6_port)
    }
}
