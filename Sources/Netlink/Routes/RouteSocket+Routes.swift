internal import CNetlink
internal import LinuxSystem

extension RouteSocket {
    /// The routes of the namespace.
    ///
    /// - Parameters:
    ///   - family: nil for both.
    ///   - table: nil for all, also the kernel's own table of local addresses (255).
    /// - Throws: `NetlinkError`; with `EINTR` if they changed during each of ten readings.
    package func routes(
        ofFamily family: IPFamily? = nil, table: UInt32? = nil
    ) throws(NetlinkError) -> [Route] {
        try routes(family: family, table: table) { _ in true }
    }

    /// The interfaces that carry a default route, of IPv4 or IPv6, in the main table.
    ///
    /// Next hops of multipath routes count, and those of nexthop objects. Where the kernel names an
    /// object without its interfaces (`net.ipv4.nexthop_compat_mode` is 0), a second request lists
    /// the objects.
    ///
    /// - Throws: `NetlinkError`; with `EINTR` if the routes changed during each of ten readings.
    package func defaultRouteInterfaces() throws(NetlinkError) -> Set<Int32> {
        let defaults = try routes(family: nil, table: Route.mainTable) { $0 == 0 }
        var interfaces = Set<Int32>()
        var unresolved = Set<UInt32>()
        for route in defaults where route.type == UInt8(RTN_UNICAST) {
            if let index = route.interfaceIndex { interfaces.insert(index) }
            interfaces.formUnion(route.nextHops.map(\.interfaceIndex))
            if let object = route.nextHopIdentifier, route.interfaceIndex == nil,
                route.nextHops.isEmpty
            {
                unresolved.insert(object)
            }
        }
        guard !unresolved.isEmpty else { return interfaces }
        return interfaces.union(try interfacesOfNextHopObjects(unresolved))
    }

    /// - Parameter length: Which prefix lengths to decode: a table can hold a million routes.
    private func routes(
        family: IPFamily?, table: UInt32?, where length: (UInt8) -> Bool
    ) throws(NetlinkError) -> [Route] {
        let request = NetlinkRequest(
            "list", nil, "routes", type: Int(RTM_GETROUTE), flags: Int(NLM_F_DUMP)
        ) { message in
            var header = rtmsg()
            header.rtm_family = family?.rawValue ?? 0
            message.append(header)
            // Kernels before 4.20 do not filter; the choice below does.
            if let table { message.put(Int(RTA_TABLE.rawValue), integer: table) }
        }
        do {
            return try conversation.list(request) { reply throws(MalformedReply) in
                guard reply.type == Int(RTM_NEWROUTE), length(try reply.field(at: 1)),
                    let route = try Route.decode(reply),
                    table == nil || route.table ?? Route.mainTable == table,
                    family == nil || route.destination.address.family == family
                else { return nil }
                return route
            }
        } catch  where table != nil && error.errno == .noSuchFile {
            // A table that nothing was ever added to does not exist.
            return []
        }
    }

    /// Adds a route.
    ///
    /// - Parameters:
    ///   - name: The name of the interface it leaves by, for the error.
    ///   - besidesOthers: Whether other routes to the same destination with the same priority are no obstacle:
    ///     an IPv4 route then goes before them, an IPv6 route shares the traffic with them.
    /// - Throws: `NetlinkError`; with `EEXIST` if there is one to the same destination with the same priority,
    ///   or just the same route, with `ENETUNREACH` if its gateway cannot be reached, with
    ///   `ENETDOWN` if the interface is down.
    package func addRoute(
        _ route: Route, throughLinkNamed name: String? = nil, besidesOthers: Bool = false
    ) throws(NetlinkError) {
        let exclusive = besidesOthers ? 0 : NLM_F_EXCL
        try conversation.perform(
            NetlinkRequest(
                "add", nil, "route \(route)\(name.map { " through \($0)" } ?? "")",
                type: Int(RTM_NEWROUTE), flags: Int(NLM_F_ACK | NLM_F_CREATE | exclusive)
            ) { route.put(in: &$0, anyScope: false) })
    }

    /// Removes the first route that has everything that is given in `route`.
    ///
    /// - Parameter name: The name of the interface it leaves by, for the error.
    /// - Throws: `NetlinkError`; with `ESRCH` if there is none.
    package func removeRoute(
        _ route: Route, throughLinkNamed name: String? = nil
    ) throws(NetlinkError) {
        try conversation.perform(
            NetlinkRequest(
                "remove", nil, "route \(route)\(name.map { " through \($0)" } ?? "")",
                type: Int(RTM_DELROUTE), flags: Int(NLM_F_ACK)
            ) { route.put(in: &$0, anyScope: true) })
    }
}
