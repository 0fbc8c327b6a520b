package import NIOCore

/// Whom a connection is counted to when connections are short: as far as one client can choose its address, all of its
/// addresses are one.
package enum ClientAddress: Hashable, Sendable {
    /// A process of this host: over a unix socket, or from any address of `127.0.0.0/8`.
    case local
    case v4(UInt32)
    /// The first 64 bits of an address of IPv6; a host chooses the others.
    case v6(UInt64)
    /// The client has gone before its address could be read.
    case unknown

    package init(_ address: SocketAddress?) {
        switch address {
        case nil: self = .unknown
        case .unixDomainSocket: self = .local
        // In both families the port comes before it; in the second the flow label too.
        case .v4(let address):
            let number = UInt32(Self.number(address.address, 4..<8))
            self = number >> 24 == 127 ? .local : .v4(number)
        case .v6(let address): self = .v6(Self.number(address.address, 8..<16))
        }
    }

    /// Bytes of an address as the kernel has them, the first one highest.
    private static func number<Address>(_ address: Address, _ bytes: Range<Int>) -> UInt64 {
        withUnsafeBytes(of: address) { $0[bytes].reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
