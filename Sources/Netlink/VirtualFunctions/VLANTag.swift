/// The VLAN tag that a PF puts on every frame of a VF.
package struct VLANTag: Hashable, Sendable {
    /// The VLAN identifier, 0 to 4094; 0 is no VLAN.
    package var identifier: UInt16

    /// The priority (802.1p), 0 to 7.
    package var qualityOfService: UInt8

    /// The EtherType that the tag has on the wire.
    package var `protocol`: VLANProtocol

    package init(
        identifier: UInt16, qualityOfService: UInt8 = 0, protocol: VLANProtocol = .dot1Q
    ) {
        self.identifier = identifier
        self.qualityOfService = qualityOfService
        self.protocol = `protocol`
    }

    /// No VLAN: frames leave as the VF sends them.
    package static var none: Self { Self(identifier: 0) }
}

extension VLANTag: CustomStringConvertible {
    /// `100`, `100 qos 3`, `100 qos 3 802.1ad`, or `none`.
    package var description: String {
        if self == .none { return "none" }
        let quality = qualityOfService == 0 ? "" : " qos \(qualityOfService)"
        return "\(identifier)\(quality)\(`protocol` == .dot1Q ? "" : " \(`protocol`)")"
    }
}
