package import LinuxSystem
package import Netlink

/// Compares the result of an ADD with what is in the container now.
///
/// Only what the result has is asked for: plugins later in the chain may add addresses and routes.
package struct ResultComparison: Sendable {
    private let expected: CNIResult
    private let interfaceName: String
    /// The position of our interface among those of the result; nil if it is not there.
    package let position: Int?

    /// - Parameter isContainer: Whether a path leads to the container's namespace.
    package init(
        expected: CNIResult, interfaceName: String, isContainer: (String) -> Bool
    ) {
        self.expected = expected
        self.interfaceName = interfaceName
        position = expected.interfaces.firstIndex {
            $0.name == interfaceName && $0.sandbox.map(isContainer) == true
        }
    }

    /// - Parameter present: The VF that is attached.
    package func differences(ofFunction present: PCIAddress) -> [String] {
        guard let position, let text = expected.interfaces[position].pciID,
            PCIAddress(text) != present
        else { return [] }
        return ["\(interfaceName) is \(present), prevResult has \(text)"]
    }

    package func differences(of link: Link) -> [String] {
        guard let position, let text = expected.interfaces[position].mac else { return [] }
        guard MACAddress(text) != link.macAddress else { return [] }
        let present = link.macAddress.map(\.description) ?? "none"
        return ["MAC address of \(interfaceName) is \(present), prevResult has \(text)"]
    }

    package func differences(
        ofAddresses present: [InterfaceAddress], at position: Int
    ) -> [String] {
        let networks = Set(present.map(\.network))
        return expected.addresses.filter { $0.interface == position }.map(\.network)
            .filter { !networks.contains($0) }
            .map { "\(interfaceName) does not have the address \($0) of prevResult" }
    }

    /// - Parameter present: All routes of the container; another plugin's routes are there too, so
    ///   the interface is not compared.
    package func differences(ofRoutes present: [Route]) -> [String] {
        expected.routes.filter { wanted in
            !present.contains { route in
                route.destination.network == wanted.destination.network
                    && (wanted.gateway == nil || Self.gateways(of: route).contains(wanted.gateway))
                    && (wanted.table == nil || wanted.table == route.table ?? Route.mainTable)
                    && (wanted.priority == nil || wanted.priority == route.priority)
                    && (wanted.mtu == nil || wanted.mtu == route.mtu)
                    && (wanted.advertisedMSS == nil || wanted.advertisedMSS == route.advertisedMSS)
            }
        }.map { route in
            let via = route.gateway.map { " via \($0)" } ?? ""
            return "the route to \(route.destination)\(via) of prevResult is missing"
        }
    }

    private static func gateways(of route: Route) -> [IPAddress?] {
        [route.gateway] + route.nextHops.map(\.gateway)
    }
}
