package import LinuxSystem
package import Netlink

/// The result of an ADD, in the shape of CNI 1.1.0, whatever version it came in or goes out.
package struct CNIResult: Hashable, Sendable {
    package struct Interface: Hashable, Sendable {
        /// The interface's name in its namespace.
        package var name: String
        /// As it was written; nil for none.
        package var mac: String?
        /// The path of the namespace that it lives in; nil for the host's.
        package var sandbox: String?
        /// Bytes; nil if it is not told.
        package var mtu: UInt32?
        /// nil for none.
        package var socketPath: String?
        /// nil for none.
        package var pciID: String?

        package init(
            name: String, mac: String? = nil, sandbox: String? = nil, mtu: UInt32? = nil,
            socketPath: String? = nil, pciID: String? = nil
        ) {
            self.name = name
            self.mac = mac
            self.sandbox = sandbox
            self.mtu = mtu
            self.socketPath = socketPath
            self.pciID = pciID
        }
    }

    package struct Address: Hashable, Sendable {
        /// The address with the length of its prefix.
        package var network: IPNetwork
        /// nil for none.
        package var gateway: IPAddress?
        /// The position in `interfaces`; nil if it belongs to none.
        package var interface: Int?

        package init(_ network: IPNetwork, gateway: IPAddress? = nil, interface: Int? = nil) {
            self.network = network
            self.gateway = gateway
            self.interface = interface
        }
    }

    /// A route; what is nil was not given. Results before 0.3.0 have room for the first two only.
    package struct Route: Hashable, Sendable {
        /// The network that the route leads to; of length 0 for a default route.
        package var destination: IPNetwork
        /// The next hop; nil for the gateway of the first address of the same family that has one.
        package var gateway: IPAddress?
        /// Bytes.
        package var mtu: UInt32?
        /// Bytes.
        package var advertisedMSS: UInt32?
        /// The metric: of several routes to a destination the kernel takes the one with the least.
        package var priority: UInt32?
        /// The number of the routing table, such as 254 for `main`.
        package var table: UInt32?
        /// The scope (`RT_SCOPE_…`), from 0, everywhere, to 255, nowhere.
        package var scope: UInt8?

        package init(
            _ destination: IPNetwork, gateway: IPAddress? = nil, mtu: UInt32? = nil,
            advertisedMSS: UInt32? = nil, priority: UInt32? = nil, table: UInt32? = nil,
            scope: UInt8? = nil
        ) {
            self.destination = destination
            self.gateway = gateway
            self.mtu = mtu
            self.advertisedMSS = advertisedMSS
            self.priority = priority
            self.table = table
            self.scope = scope
        }
    }

    package struct DNS: Hashable, Sendable {
        /// Addresses of name servers as text, the preferred one first.
        package var nameservers: [String] = []
        /// nil for none.
        package var domain: String?
        /// Domains that are appended to short names, in the order of the search.
        package var search: [String] = []
        /// Options of the resolver, as in resolv.conf(5).
        package var options: [String] = []

        package init() {}

        package var isEmpty: Bool { self == DNS() }
    }

    /// The interfaces; `Address.interface` counts their positions from 0.
    package var interfaces: [Interface] = []
    /// The addresses of all interfaces: `ips`, or `ip4` and `ip6` until 0.2.0.
    package var addresses: [Address] = []
    package var routes: [Route] = []
    package var dns = DNS()

    package init() {}

    /// The PCI function of an interface in a container; nil if the result does not tell.
    package func pciAddress(of name: String) -> PCIAddress? {
        interfaces.first { $0.name == name && $0.sandbox != nil }?.pciID.flatMap { PCIAddress($0) }
    }

    /// This result, of a plugin earlier in the chain, and one that comes on top of it: its positions of
    /// interfaces move up, and the DNS of the earlier plugin stays if it gave any.
    package func merging(_ later: CNIResult) -> CNIResult {
        var merged = self
        merged.interfaces += later.interfaces
        merged.addresses += later.addresses.map { address in
            var address = address
            address.interface = address.interface.map { $0 + interfaces.count }
            return address
        }
        merged.routes += later.routes
        if dns.isEmpty { merged.dns = later.dns }
        return merged
    }
}
