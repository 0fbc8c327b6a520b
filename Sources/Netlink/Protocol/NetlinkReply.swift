internal import CNetlink

/// One message of the kernel, as it lay in a datagram.
struct NetlinkReply {
    /// `RTM_…`, `NLMSG_ERROR`, `NLMSG_DONE`, or a generic netlink family.
    let type: Int
    /// `NLM_F_…`.
    let flags: Int
    let sequence: UInt32
    /// The port that the message answers; 0 in notifications that nobody's request caused.
    let port: UInt32
    /// What follows the netlink header.
    let payload: ArraySlice<UInt8>

    /// The attributes that follow a fixed header of `size` bytes.
    ///
    /// - Throws: `MalformedReply` if the payload is shorter than the header.
    func attributes(afterHeader size: Int) throws(MalformedReply) -> AttributeList {
        guard payload.count >= size else {
            throw MalformedReply("message \(type) has \(payload.count) bytes")
        }
        return AttributeList(payload.dropFirst((size + 3) & ~3))
    }

    /// An integer of the fixed header.
    func field<Value: FixedWidthInteger>(
        at offset: Int, as type: Value.Type = Value.self
    ) throws(MalformedReply) -> Value {
        guard let value = payload.integer(at: offset, as: Value.self) else {
            throw MalformedReply("message \(self.type) has \(payload.count) bytes")
        }
        return value
    }

    /// Takes the first message off a datagram, or off what is left of one.
    ///
    /// - Throws: `MalformedReply` if the message is longer than what is left, shorter than its header, or if nothing
    ///   is left.
    static func removeFirst(
        from datagram: inout ArraySlice<UInt8>
    ) throws(MalformedReply) -> NetlinkReply {
        guard let length = datagram.integer(at: 0, as: UInt32.self),
            let type = datagram.integer(at: 4, as: UInt16.self),
            let flags = datagram.integer(at: 6, as: UInt16.self),
            let sequence = datagram.integer(at: 8, as: UInt32.self),
            let port = datagram.integer(at: 12, as: UInt32.self)
        else {
            throw MalformedReply("message header cut after \(datagram.count) bytes")
        }
        guard length >= headerSize, length <= datagram.count else {
            throw MalformedReply("message of \(length) bytes where \(datagram.count) are left")
        }
        let payload = datagram.dropFirst(headerSize).prefix(Int(length) - headerSize)
        datagram = datagram.dropFirst((Int(length) + 3) & ~3)
        return NetlinkReply(
            type: Int(type), flags: Int(flags), sequence: sequence, port: port, payload: payload)
    }

    /// `NLMSG_HDRLEN`.
    private static let headerSize = 16
}
