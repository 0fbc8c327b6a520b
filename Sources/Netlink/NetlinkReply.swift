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

    /// The messages of one datagram, in order.
    ///
    /// - Throws: `MalformedReply` if a message is longer than what is left, shorter than its
    ///   header, or if the datagram is empty.
    static func messages(in datagram: [UInt8]) throws(MalformedReply) -> [NetlinkReply] {
        var messages: [NetlinkReply] = []
        var rest = datagram[...]
        repeat {
            guard let length = rest.integer(at: 0, as: UInt32.self),
                let type = rest.integer(at: 4, as: UInt16.self),
                let flags = rest.integer(at: 6, as: UInt16.self),
                let sequence = rest.integer(at: 8, as: UInt32.self),
                let port = rest.integer(at: 12, as: UInt32.self)
            else {
                throw MalformedReply("message header cut after \(rest.count) bytes")
            }
            guard length >= headerSize, length <= rest.count else {
                throw MalformedReply("message of \(length) bytes where \(rest.count) are left")
            }
            let payload = rest.dropFirst(headerSize).prefix(Int(length) - headerSize)
            messages.append(
                NetlinkReply(
                    type: Int(type), flags: Int(flags), sequence: sequence, port: port,
                    payload: payload))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        } while !rest.isEmpty
        return messages
    }

    /// `NLMSG_HDRLEN`.
    private static let headerSize = 16
}
