internal import Netlink
internal import SRIOV

/// Who has a VF, in one word: the phase of its record, or without one what can be seen of it.
enum VFCondition: String, Hashable, Codable, CaseIterable {
    /// No record, and its interface is in this namespace: ready to be attached.
    case free
    /// No record, and bound to a driver that hands it to a program: free unless some program has it.
    case userspace
    /// No record, yet it is in another namespace, or a member of a bridge or bond of this host.
    case foreign
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

    init(_ entry: Inventory.VFEntry) {
        if let attachment = entry.attachment {
            self =
                switch attachment.phase {
                case .preparing: .preparing
                case .reserved: .reserved
                case .joined: .joined
                case .attached: .attached
                case .leaving: .leaving
                case .detaching: .detaching
                case .restoring: .restoring
                }
        } else if !entry.attachmentIsKnown {
            self = .unknown
        } else if entry.namespacePath != nil || entry.link?.controllerIndex != nil {
            self = .foreign
        } else if entry.link != nil || entry.function.interfaceName != nil {
            self = .free
        } else if let driver = entry.function.driver {
            self = UserspaceDriver.isKnown(driver) ? .userspace : .noInterface
        } else {
            self = .noDriver
        }
    }
}
