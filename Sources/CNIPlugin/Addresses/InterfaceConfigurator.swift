package import CNI
internal import Glibc
internal import LinuxSystem
package import Netlink
package import SRIOV

/// Gives an interface in its container the addresses and routes that an IPAM plugin chose.
///
/// Nothing is undone here: when the interface leaves the container, the kernel drops all of it.
package struct InterfaceConfigurator<H: Host>: Sendable {
    private let host: H
    private let namespace: H.Namespace
    private let link: Link
    private let settling: Duration
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - link: The interface; it must be up.
    ///   - settling: How long to wait for the kernel's detection of duplicate IPv6 addresses.
    ///   - warn: Told what is survived.
    package init(
        host: H, namespace: H.Namespace, link: Link, settling: Duration = .seconds(5),
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.namespace = namespace
        self.link = link
        self.settling = settling
        self.warn = warn
    }

    /// Sets addresses, waits for IPv6 where routes build on it, and adds the routes.
    ///
    /// A route without a gateway goes by that of the first address of its family that has one; there
    /// is no default route unless the result has one.
    ///
    /// - Throws: The kernel's refusal, or `CNIError` if another station has one of the IPv6 addresses.
    package func apply(_ result: CNIResult) throws {
        let networks = result.addresses.map(\.network)
        // Neighbours learn at once when the address moves to another MAC, as after a failover; a kernel without
        // the switch works as well.
        tryToSet("ipv4/conf/\(link.name)/arp_notify", "1")
        if networks.contains(where: \.isIPv6) { try enableIPv6() }
        for network in networks {
            try host.addAddress(InterfaceAddress(network: network), to: link, in: namespace)
        }
        let routesNeedIPv6 =
            result.addresses.contains { $0.gateway?.isIPv6 == true }
            || result.routes.contains { $0.destination.isIPv6 }
        if routesNeedIPv6 { try waitForDAD(networks.filter(\.isIPv6)) }
        for route in result.routes {
            try host.addRoute(
                Self.route(route, through: link.index, of: result.addresses), in: namespace)
        }
    }

    /// The kernel's route for one of a result.
    static func route(
        _ route: CNIResult.Route, through index: Int32, of addresses: [CNIResult.Address]
    ) -> Route {
        let isIPv6 = route.destination.isIPv6
        let gateways = addresses.compactMap(\.gateway)
        return Route(
            destination: route.destination.network,
            gateway: route.gateway ?? gateways.first { $0.isIPv6 == isIPv6 },
            interfaceIndex: index, table: route.table, scope: route.scope,
            priority: route.priority, mtu: route.mtu, advertisedMSS: route.advertisedMSS)
    }

    private func enableIPv6() throws {
        let directory = "ipv6/conf/\(link.name)"
        // Some runtimes turn IPv6 off in every container. Packets to an own address pass through lo.
        tryToSet("ipv6/conf/lo/disable_ipv6", "0")
        try host.setSysctl("\(directory)/disable_ipv6", "0", in: namespace)
        tryToSet("\(directory)/keep_addr_on_down", "1")
        tryToSet("\(directory)/optimistic_dad", "1")
        tryToSet("\(directory)/ndisc_notify", "1")
    }

    /// Sets what is of use but not needed.
    private func tryToSet(_ key: String, _ value: String) {
        do {
            try host.setSysctl(key, value, in: namespace)
        } catch {
            warn("\(error), proceeding anyway")
        }
    }

    /// Waits until the kernel has found the addresses to be nobody else's.
    private func waitForDAD(_ networks: [IPNetwork]) throws {
        let deadline = Deadline(after: settling)
        while true {
            let present = try host.addresses(of: link, in: namespace).filter {
                networks.contains($0.network)
            }
            if let duplicate = present.first(where: { $0.flags & Self.detectionFailed != 0 }) {
                throw CNIError(
                    .addressManagementFailed,
                    "another station on the network of \(link.name) has the address "
                        + "\(duplicate.network.address)")
            }
            guard present.contains(where: { $0.flags & Self.tentative != 0 }) else { return }
            if deadline.hasPassed {
                warn(
                    "IPv6 addresses of \(link.name) are still tentative after "
                        + "\(deadline.allowance), proceeding anyway")
                return
            }
            // The end of the detection, about a second, is asked for: the host has no event for it.
            usleep(50_000)
        }
    }

    /// `IFA_F_TENTATIVE`.
    private static var tentative: UInt32 { 0x40 }
    /// `IFA_F_DADFAILED`.
    private static var detectionFailed: UInt32 { 0x08 }
}
