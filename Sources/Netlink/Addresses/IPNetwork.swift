/// An IP address with the length of its network prefix: `10.1.0.5/24`.
package struct IPNetwork: Hashable, Sendable {
    /// The address; its bits after the prefix are kept, as an interface address needs them.
    package let address: IPAddress

    /// 0 to 32, or to 128 for IPv6.
    package let prefixLength: UInt8

    /// - Returns: nil if the prefix is longer than the address.
    package init?(address: IPAddress, prefixLength: UInt8) {
        guard Int(prefixLength) <= address.bytes.count * 8 else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Parses `address/length`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])),
            parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let length = UInt8(parts[1])
        else { return nil }
        self.init(address: address, prefixLength: length)
    }

    package var isIPv6: Bool { address.isIPv6 }

    /// Whether the address is one that an interface gives itself: in 169.254.0.0/16 or fe80::/10.
    package var isLinkLocal: Bool {
        let bytes = address.bytes
        return isIPv6
            ? bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }

    /// The same network with every bit after the prefix zero.
    package var network: IPNetwork {
        var bytes = address.bytes
        for index in bytes.indices {
            let kept = max(0, min(8, Int(prefixLength) - index * 8))
            bytes[index] &= UInt8(truncatingIfNeeded: 0xff00 >> kept)
        }
        return IPNetwork(address: IPAddress(bytes: bytes) ?? address, prefixLength: prefixLength)
            ?? self
    }
}

extension IPNetwork: LosslessStringConvertible {
    package var description: String { "\(address)/\(prefixLength)" }
}
