internal import CNetlink
internal import LinuxSystem

extension InterfaceAddress {
    /// Decodes an `RTM_NEWADDR`.
    ///
    /// - Returns: The address with the index of its interface; nil for another address family.
    static func decode(
        _ reply: NetlinkReply
    ) throws(MalformedReply) -> (address: InterfaceAddress, linkIndex: Int32)? {
        guard let family = IPFamily(rawValue: try reply.field(at: 0)) else { return nil }
        var flags = UInt32(try reply.field(at: 2, as: UInt8.self))
        var address: IPAddress?
        var local: IPAddress?
        var attributes = try reply.attributes(afterHeader: MemoryLayout<ifaddrmsg>.size)
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(IFA_ADDRESS): address = try attribute.address(of: family)
            // On a point-to-point interface IFA_ADDRESS is the other end, and this is ours.
            case Int(IFA_LOCAL): local = try attribute.address(of: family)
            case Int(IFA_FLAGS): flags = try attribute.uint32()
            default: break
            }
        }
        guard let own = local ?? address,
            let network = IPNetwork(address: own, prefixLength: try reply.field(at: 1))
        else { throw MalformedReply("address without an address") }
        return (
            InterfaceAddress(network: network, scope: try reply.field(at: 3), flags: flags),
            try reply.field(at: 4)
        )
    }

    /// Writes the body of an `RTM_NEWADDR` or `RTM_DELADDR`.
    func put(in message: inout NetlinkMessage, linkIndex: Int32, flags: UInt32 = 0) {
        var header = ifaddrmsg()
        header.ifa_family = network.address.family.rawValue
        header.ifa_prefixlen = network.prefixLength
        header.ifa_scope = scope
        header.ifa_index = UInt32(bitPattern: linkIndex)
        message.append(header)
        message.put(Int(IFA_LOCAL), bytes: network.address.bytes)
        message.put(Int(IFA_ADDRESS), bytes: network.address.bytes)
        if flags != 0 { message.put(Int(IFA_FLAGS), integer: flags) }
    }
}

extension Attribute {
    func address(of family: IPFamily) throws(MalformedReply) -> IPAddress {
        guard payload.count == family.addressSize, let address = IPAddress(bytes: Array(payload))
        else {
            throw MalformedReply("IP address of \(payload.count) bytes")
        }
        return address
    }
}
