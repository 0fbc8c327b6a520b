/// The EtherType of a VLAN tag.
package struct VLANProtocol: RawRepresentable, Hashable, Sendable {
    /// The EtherType in host byte order.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// IEEE 802.1Q, a customer tag.
    ///
    /// The corresponding C constant is `ETH_P_8021Q`.
    package static var dot1Q: Self { Self(rawValue: 0x8100) }

    /// IEEE 802.1ad, a service tag.
    ///
    /// The corresponding C constant is `ETH_P_8021AD`.
    package static var dot1ad: Self { Self(rawValue: 0x88a8) }
}

extension VLANProtocol: CustomStringConvertible {
    /// `802.1q` or `802.1ad`, as CNI configurations spell them.
    package var description: String {
        switch self {
        case .dot1Q: "802.1q"
        case .dot1ad: "802.1ad"
        default: "VLAN protocol \(rawValue)"
        }
    }
}
