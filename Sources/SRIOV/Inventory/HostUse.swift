package import LinuxSystem
internal import Netlink

/// What the host itself uses an interface for.
package enum HostUse: Hashable, Sendable {
    /// It is a member of another interface, such as a bridge or a bond.
    ///
    /// - Parameter kind: The kernel's name for the kind of that interface: `bridge`; nil where it reports none.
    case member(KernelText, kind: String?)
    /// It carries a default route.
    case defaultRoute(KernelText)
}

extension HostUse: CustomStringConvertible {
    package var description: String {
        switch self {
        case .member(let name, let kind):
            "\(name) is a member of a \(kind ?? "bridge or bond")"
        case .defaultRoute(let name): "\(name) carries the host's default route"
        }
    }
}

extension HostUse {
    /// - Parameters:
    ///   - link: An interface of the host.
    ///   - routes: Returns the indexes of the interfaces that carry a default route. It is called only for an
    ///     interface that is up: no other can carry one.
    /// - Returns: nil if the host does not use the interface.
    init?(_ link: Link, defaultRoutes routes: () throws -> Set<Int32>) rethrows {
        if link.controllerIndex != nil {
            self = .member(link.name, kind: link.controllerKind)
        } else if link.isUp, try routes().contains(link.index) {
            self = .defaultRoute(link.name)
        } else {
            return nil
        }
    }
}
