internal import CNetlink
internal import LinuxSystem

extension Route {
    /// Decodes an `RTM_NEWROUTE`.
    ///
    /// - Returns: nil for other address families, and for entries that are no routes of a table but
    ///   remembered decisions (`RTM_F_CLONED`).
    static func decode(_ reply: NetlinkReply) throws(MalformedReply) -> Route? {
        guard let family = IPFamily(rawValue: try reply.field(at: 0)) else { return nil }
        if try reply.field(at: 8, as: UInt32.self) & UInt32(RTM_F_CLONED) != 0 { return nil }
        let length: UInt8 = try reply.field(at: 1)
        let nowhere = [UInt8](repeating: 0, count: family.addressSize)
        guard let address = IPAddress(bytes: nowhere),
            let destination = IPNetwork(address: address, prefixLength: length)
        else { throw MalformedReply("route with a prefix of \(length) bits") }
        var route = Route(destination: destination)
        route.table = UInt32(try reply.field(at: 4, as: UInt8.self))
        route.type = try reply.field(at: 7)
        var attributes = try reply.attributes(afterHeader: MemoryLayout<rtmsg>.size)
        while let attribute = try attributes.next() {
            try route.take(attribute, family: family)
        }
        if route.table == mainTable { route.table = nil }
        let scope: UInt8 = try reply.field(at: 6)
        if scope != route.defaultScope { route.scope = scope }
        return route
    }

    private mutating func take(
        _ attribute: Attribute, family: IPFamily
    ) throws(MalformedReply) {
        switch attribute.type {
        case Int(RTA_DST.rawValue):
            let address = try attribute.address(of: family)
            destination =
                IPNetwork(address: address, prefixLength: destination.prefixLength) ?? destination
        case Int(RTA_GATEWAY.rawValue): gateway = try attribute.address(of: family)
        case Int(RTA_VIA.rawValue): gateway = try attribute.gatewayOfItsOwnFamily()
        case Int(RTA_OIF.rawValue): interfaceIndex = try attribute.integer()
        case Int(RTA_TABLE.rawValue): table = try attribute.uint32()
        case Int(RTA_PRIORITY.rawValue): priority = try attribute.uint32()
        case Int(RTA_NH_ID.rawValue): nextHopIdentifier = try attribute.uint32()
        case Int(RTA_METRICS.rawValue): try takeMetrics(attribute.nested())
        case Int(RTA_MULTIPATH.rawValue):
            nextHops = try NextHop.list(attribute.payload, family: family)
        default: break
        }
    }

    private mutating func takeMetrics(_ attributes: AttributeList) throws(MalformedReply) {
        var attributes = attributes
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(RTAX_MTU): mtu = try attribute.uint32()
            case Int(RTAX_ADVMSS): advertisedMSS = try attribute.uint32()
            default: break
            }
        }
    }

    /// Writes the body of an `RTM_NEWROUTE` or `RTM_DELROUTE`.
    ///
    /// - Parameter anyScope: Whether a route without a scope stands for routes of every scope, as
    ///   a removal understands it.
    func put(in message: inout NetlinkMessage, anyScope: Bool) {
        var header = rtmsg()
        header.rtm_family = destination.address.family.rawValue
        header.rtm_dst_len = destination.prefixLength
        let table = table ?? Self.mainTable
        // Tables beyond a byte travel in RTA_TABLE, which the kernel prefers to the header.
        header.rtm_table = UInt8(exactly: table) ?? UInt8(RT_TABLE_UNSPEC.rawValue)
        header.rtm_protocol = anyScope ? UInt8(RTPROT_UNSPEC) : UInt8(RTPROT_BOOT)
        header.rtm_scope = scope ?? (anyScope ? UInt8(RT_SCOPE_NOWHERE.rawValue) : defaultScope)
        header.rtm_type = type
        message.append(header)
        if !isDefault {
            message.put(Int(RTA_DST.rawValue), bytes: destination.network.address.bytes)
        }
        if let gateway {
            if gateway.family == destination.address.family {
                message.put(Int(RTA_GATEWAY.rawValue), bytes: gateway.bytes)
            } else {
                message.put(
                    Int(RTA_VIA.rawValue),
                    bytes: hostBytes(of: UInt16(gateway.family.rawValue)) + gateway.bytes)
            }
        }
        if let interfaceIndex { message.put(Int(RTA_OIF.rawValue), integer: interfaceIndex) }
        if table > UInt8.max { message.put(Int(RTA_TABLE.rawValue), integer: table) }
        if let priority { message.put(Int(RTA_PRIORITY.rawValue), integer: priority) }
        guard mtu != nil || advertisedMSS != nil else { return }
        message.nest(Int(RTA_METRICS.rawValue)) { metrics in
            if let mtu { metrics.put(Int(RTAX_MTU), integer: mtu) }
            if let advertisedMSS { metrics.put(Int(RTAX_ADVMSS), integer: advertisedMSS) }
        }
    }
}

extension NextHop {
    /// Decodes `RTA_MULTIPATH`: `struct rtnexthop`, each with attributes of its own.
    fileprivate static func list(
        _ bytes: ArraySlice<UInt8>, family: IPFamily
    ) throws(MalformedReply) -> [NextHop] {
        var hops: [NextHop] = []
        var rest = bytes
        let headerSize = MemoryLayout<rtnexthop>.size
        while rest.count >= headerSize {
            guard let length = rest.integer(at: 0, as: UInt16.self).map(Int.init),
                let index = rest.integer(at: 4, as: Int32.self),
                (headerSize...rest.count).contains(length)
            else {
                throw MalformedReply("next hop where \(rest.count) bytes are left")
            }
            var hop = NextHop(interfaceIndex: index)
            var attributes = AttributeList(rest.prefix(length).dropFirst(headerSize))
            while let attribute = try attributes.next() {
                switch attribute.type {
                case Int(RTA_GATEWAY.rawValue): hop.gateway = try attribute.address(of: family)
                case Int(RTA_VIA.rawValue): hop.gateway = try attribute.gatewayOfItsOwnFamily()
                default: break
                }
            }
            hops.append(hop)
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return hops
    }
}

extension Attribute {
    /// Decodes `RTA_VIA`: an IPv4 route's gateway that has an IPv6 address.
    ///
    /// - Returns: nil for another address family.
    fileprivate func gatewayOfItsOwnFamily() throws(MalformedReply) -> IPAddress? {
        let number: UInt16 = try integer()
        guard let byte = UInt8(exactly: number), let family = IPFamily(rawValue: byte) else {
            return nil
        }
        return try Attribute(type: type, payload: payload.dropFirst(2)).address(of: family)
    }
}
