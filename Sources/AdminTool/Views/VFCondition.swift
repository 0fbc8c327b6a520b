internal import SRIOV

/// Who has a VF, in one word: the phase of its record, or without one what can be seen of it.
enum VFCondition: String, Hashable, Codable, CaseIterable {
    /// No record, and nobody uses it: ready to be attached.
    case free
    /// No record, and bound to a driver that hands it to a program: free unless some program has it open.
    case userspace
    /// No record, yet somebody has it: it is in another network namespace, another program has noted that it gave it
    /// away, or a program has it open.
    case foreign
    /// No record, and the host itself uses it: it is a member of a bridge or bond, or carries a default route.
    case host
    /// No driver is bound.
    case noDriver = "no-driver"
    /// A driver is bound and no interface is to be seen: the driver makes none, or it is in a namespace
    /// that cannot be looked into.
    case noInterface = "no-interface"
    /// The state file may not be read, so that whether there is a record is not known.
    case unknown
    case preparing
    case reserved
    case joined
    case attached
    case leaving
    case detaching
    case restoring

    init(_ occupancy: Occupancy) {
        self =
            switch occupancy {
            case .recorded(let attachment), .stale(let attachment, _):
                switch attachment.phase {
                case .preparing: .preparing
                case .reserved: .reserved
                case .joined: .joined
                case .attached: .attached
                case .leaving: .leaving
                case .detaching: .detaching
                case .restoring: .restoring
                }
            case .free, .abandoned(_, isUserspace: false): .free
            case .userspace, .abandoned(_, isUserspace: true): .userspace
            case .claimed, .elsewhere, .open: .foreign
            case .usedByHost: .host
            case .driverless: .noDriver
            case .withoutInterface: .noInterface
            case .unknown: .unknown
            }
    }
}
