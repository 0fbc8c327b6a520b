internal import Glibc

/// One of the two versions of IP.
package enum IPFamily: Hashable, Sendable {
    case ipv4
    case ipv6

    /// `AF_INET` or `AF_INET6`.
    var rawValue: UInt8 {
        switch self {
        case .ipv4: UInt8(AF_INET)
        case .ipv6: UInt8(AF_INET6)
        }
    }

    /// - Returns: nil for any other address family.
    init?(rawValue: UInt8) {
        switch Int32(rawValue) {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }

    /// The bytes of an address.
    var addressSize: Int { self == .ipv4 ? 4 : 16 }
}

extension IPAddress {
    package var family: IPFamily { isIPv6 ? .ipv6 : .ipv4 }
}
