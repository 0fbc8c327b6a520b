/// What a VF is told about its link.
package struct VFLinkState: RawRepresentable, Hashable, Sendable {
    /// `IFLA_VF_LINK_STATE_…`.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Follows the PF's link.
    ///
    /// The corresponding C constant is `IFLA_VF_LINK_STATE_AUTO`.
    package static var automatic: Self { Self(rawValue: 0) }

    /// Always up, so that VFs of one PF reach each other with no cable.
    ///
    /// The corresponding C constant is `IFLA_VF_LINK_STATE_ENABLE`.
    package static var enabled: Self { Self(rawValue: 1) }

    /// Always down.
    ///
    /// The corresponding C constant is `IFLA_VF_LINK_STATE_DISABLE`.
    package static var disabled: Self { Self(rawValue: 2) }
}

extension VFLinkState: CustomStringConvertible {
    /// `auto`, `enable`, `disable`, as ip-link(8) and CNI configurations spell them.
    package var description: String {
        switch self {
        case .automatic: "auto"
        case .enabled: "enable"
        case .disabled: "disable"
        default: "link state \(rawValue)"
        }
    }
}
