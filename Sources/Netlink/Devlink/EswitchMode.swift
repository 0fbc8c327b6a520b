/// How the switch inside a NIC is run.
package struct EswitchMode: RawRepresentable, Hashable, Sendable {
    /// `DEVLINK_ESWITCH_MODE_…`.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The NIC switches by MAC and VLAN on its own; VFs are set up through their PF.
    ///
    /// The corresponding C constant is `DEVLINK_ESWITCH_MODE_LEGACY`.
    package static var legacy: Self { Self(rawValue: 0) }

    /// The host programs the switch, through one representor interface for each VF.
    ///
    /// The corresponding C constant is `DEVLINK_ESWITCH_MODE_SWITCHDEV`.
    package static var switchdev: Self { Self(rawValue: 1) }
}

extension EswitchMode: CustomStringConvertible {
    /// `legacy`, `switchdev`, as devlink-dev(8) spells them.
    package var description: String {
        switch self {
        case .legacy: "legacy"
        case .switchdev: "switchdev"
        default: "eswitch mode \(rawValue)"
        }
    }
}
