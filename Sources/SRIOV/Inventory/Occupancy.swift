internal import LinuxSystem
internal import Netlink

/// Whether a VF, or a PF as a whole, is free or in use, and by what: from this one value follows what may be claimed,
/// what a change would disturb, how a pool counts it and what is shown.
package enum Occupancy: Hashable, Sendable {
    /// Its interface is in the host's namespace, and not in use.
    case free
    /// It is bound to a driver that hands it to a program, and no program has it open.
    ///
    /// Where programs were not asked for (`SnapshotDetail.programs`), some may have.
    case userspace(driver: String)
    /// No driver is bound.
    case driverless
    /// A driver is bound that made no interface, or it is in a namespace that was not searched.
    ///
    /// - Parameter isProved: Whether all network namespaces were searched.
    case withoutInterface(isProved: Bool)
    /// It has a record, in use as far as is known.
    case recorded(Attachment)
    /// It has a record that is not in use any more.
    case stale(Attachment, Staleness)
    /// By sriov-cni's cache a container has it, whose namespace exists.
    case claimed(ForeignClaim)
    /// By sriov-cni's cache a container has it, whose namespace is gone.
    ///
    /// - Parameter isUserspace: Whether it is bound to a driver that hands it to a program.
    case abandoned(ForeignClaim, isUserspace: Bool)
    /// Its interface is in another network namespace, and no record says why.
    ///
    /// - Parameter path: A path of that namespace.
    case elsewhere(path: String)
    /// The host itself uses its interface.
    case usedByHost(HostUse)
    /// Programs have it open through a driver of user space: `qemu-system-x86 (4711)`.
    case open(in: [String])
    /// The state file may not be read, or its record is damaged, so that whether it has a record is not known.
    case unknown
}

extension Occupancy {
    /// The record; nil without one, and where that is not known.
    package var attachment: Attachment? {
        switch self {
        case .recorded(let attachment), .stale(let attachment, _): attachment
        default: nil
        }
    }

    /// Why the record is not in use any more; nil if it may be, and without one.
    package var staleness: Staleness? {
        if case .stale(_, let staleness) = self { staleness } else { nil }
    }

    /// Whether the VF can be given to a container. One with a stale attachment can: it is brought
    /// back first.
    ///
    /// - Parameter asUserspace: Whether one without an interface is wanted, for a program.
    package func isClaimable(asUserspace: Bool) -> Bool {
        switch self {
        case .free, .stale: true
        case .userspace: asUserspace
        case .abandoned(_, let isUserspace): asUserspace || !isUserspace
        case .driverless, .withoutInterface, .recorded, .claimed, .elsewhere, .usedByHost, .open,
            .unknown:
            false
        }
    }

    /// The user that is disturbed if the function vanishes, or gets another driver; nil for none.
    ///
    /// A record forbids it even if it is stale: its resources are lost with the function. `recover` drops it.
    package func obstacle(to subject: AttachmentSubject) -> Obstacle? {
        let reason: Obstacle.Reason
        switch self {
        case .free, .userspace, .driverless, .withoutInterface(isProved: true), .abandoned:
            return nil
        case .recorded(let attachment), .stale(let attachment, _):
            reason = .recorded(attachment.phase, attachment.owner)
        case .claimed(let claim): reason = .claimed(holder: claim.holder)
        case .elsewhere: reason = .elsewhere
        case .usedByHost(let use): reason = .usedByHost(use)
        case .open(let programs): reason = .open(in: programs)
        case .withoutInterface(isProved: false): reason = .notFound
        case .unknown: reason = .unknown
        }
        return Obstacle(subject, reason)
    }

    /// How a pool counts the VF; nil where that is not known.
    ///
    /// - Parameter asUserspace: Whether the pool wants one without an interface.
    package func use(asUserspace: Bool) -> VFUse? {
        if isClaimable(asUserspace: asUserspace) { return .free }
        switch self {
        case .recorded, .stale, .claimed, .elsewhere, .open: return .taken
        case .free, .userspace, .driverless, .withoutInterface, .abandoned, .usedByHost:
            return .unusable
        case .unknown: return nil
        }
    }
}
