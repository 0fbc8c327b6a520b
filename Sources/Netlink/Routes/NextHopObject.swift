internal import CNetlink

/// A nexthop object of the kernel, which routes name in place of gateway and interface.
struct NextHopObject: Hashable {
    var identifier: UInt32 = 0
    /// nil for a group, and for one that drops what is sent.
    var interfaceIndex: Int32?
    /// The objects that a group consists of; no groups themselves.
    var members: [UInt32] = []

    /// Decodes an `RTM_NEWNEXTHOP`.
    init(_ reply: NetlinkReply) throws(MalformedReply) {
        var attributes = try reply.attributes(afterHeader: MemoryLayout<nhmsg>.size)
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(NHA_ID): identifier = try attribute.uint32()
            case Int(NHA_OIF): interfaceIndex = try attribute.integer()
            case Int(NHA_GROUP):
                let size = MemoryLayout<nexthop_grp>.size
                for offset in stride(from: 0, to: attribute.payload.count, by: size) {
                    members.append(try attribute.integer(at: offset))
                }
            default: break
            }
        }
    }
}

extension RouteSocket {
    /// The interfaces that nexthop objects, or the members of groups among them, leave by.
    func interfacesOfNextHopObjects(
        _ identifiers: Set<UInt32>
    ) throws(NetlinkError) -> Set<Int32> {
        let request = NetlinkRequest(
            "list", nil, "nexthop objects", type: Int(RTM_GETNEXTHOP), flags: Int(NLM_F_DUMP)
        ) { $0.append(nhmsg()) }
        let objects = try conversation.list(request) { reply throws(MalformedReply) in
            reply.type == Int(RTM_NEWNEXTHOP) ? try NextHopObject(reply) : nil
        }
        let members = objects.filter { identifiers.contains($0.identifier) }.flatMap(\.members)
        let wanted = identifiers.union(members)
        return Set(
            objects.filter { wanted.contains($0.identifier) }.compactMap(\.interfaceIndex))
    }
}
