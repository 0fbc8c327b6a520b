/// A route.
///
/// What the kernel shows is decoded to the simplest spelling, so that it equals the route that was
/// asked for: table and scope are nil where they are the default, and only `priority` differs when
/// it was left to the kernel (1024 for IPv6).
package struct Route: Hashable, Sendable {
    /// Where it leads; length 0 is the default route.
    package var destination: IPNetwork
    /// The next hop; nil for destinations on the link.
    package var gateway: IPAddress?
    /// Index of the interface that it leaves by; nil for routes without one.
    package var interfaceIndex: Int32?
    /// `RTA_TABLE`; nil is the main table, 254.
    package var table: UInt32?
    /// `rtm_scope`; nil is the kernel's choice by gateway: global (0) with one, link (253) without.
    package var scope: UInt8?
    /// `RTA_PRIORITY`; nil is the kernel's default.
    package var priority: UInt32?
    /// Bytes; `RTAX_MTU`; nil for the interface's.
    package var mtu: UInt32?
    /// Bytes; `RTAX_ADVMSS`; nil for the kernel's choice.
    package var advertisedMSS: UInt32?
    /// The ways of a route that has several (`RTA_MULTIPATH`); empty for a route with one. Shown,
    /// never sent.
    package var nextHops: [NextHop] = []
    /// `RTA_NH_ID`, the kernel's nexthop object that stands for gateway and interface; nil without.
    /// Shown, never sent.
    package var nextHopIdentifier: UInt32?
    /// `rtm_type`: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable and so on.
    package var type: UInt8 = 1

    package init(
        destination: IPNetwork, gateway: IPAddress? = nil, interfaceIndex: Int32? = nil,
        table: UInt32? = nil, scope: UInt8? = nil, priority: UInt32? = nil, mtu: UInt32? = nil,
        advertisedMSS: UInt32? = nil
    ) {
        self.destination = destination
        self.gateway = gateway
        self.interfaceIndex = interfaceIndex
        self.table = table
        self.scope = scope
        self.priority = priority
        self.mtu = mtu
        self.advertisedMSS = advertisedMSS
    }
}

extension Route {
    /// `RT_TABLE_MAIN`.
    package static var mainTable: UInt32 { 254 }

    package var isDefault: Bool { destination.prefixLength == 0 }

    /// The scope that is sent where none is given: `RT_SCOPE_UNIVERSE`, or `RT_SCOPE_LINK` for an
    /// IPv4 route without gateway. IPv6 has no scopes.
    var defaultScope: UInt8 { destination.isIPv6 || gateway != nil ? 0 : 253 }
}

extension Route: CustomStringConvertible {
    /// `default via 10.1.0.1 table 100`
    package var description: String {
        let via = gateway.map { " via \($0)" } ?? ""
        let table = table.map { " table \($0)" } ?? ""
        return "\(isDefault ? "default" : destination.description)\(via)\(table)"
    }
}
