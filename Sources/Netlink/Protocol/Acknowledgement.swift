internal import CNetlink
internal import LinuxSystem

/// The end of an exchange: what `NLMSG_ERROR` or `NLMSG_DONE` says, with the extended
/// acknowledgement.
struct Acknowledgement: Hashable {
    /// nil for success.
    var errno: ErrorNumber?
    /// `NLMSGERR_ATTR_MSG`; on success a warning.
    var kernelMessage: String?
    /// `NLMSGERR_ATTR_OFFS`: bytes from the start of the request to the attribute refused.
    var attributeOffset: Int?

    /// Decodes a message of one of the two types.
    ///
    /// - Throws: `MalformedReply` if it is too short, or its attributes are not sound.
    init(_ reply: NetlinkReply) throws(MalformedReply) {
        // An empty NLMSG_DONE is the success of kernels that send no result with it.
        let isEmptyEnd = reply.type == Int(NLMSG_DONE) && reply.payload.isEmpty
        let code: Int32 = isEmptyEnd ? 0 : try reply.field(at: 0)
        // The kernel sends -errno; 4095 is its MAX_ERRNO.
        guard (-4095...0).contains(code) else { throw MalformedReply("result \(code)") }
        if code < 0 { errno = ErrorNumber(rawValue: -code) }
        guard reply.flags & Int(NLM_F_ACK_TLVS) != 0 else { return }
        var size = MemoryLayout<Int32>.size
        if reply.type == Int(NLMSG_ERROR) {
            // The request is echoed before the attributes: whole, or only its header.
            let echoed: UInt32 = try reply.field(at: 4)
            size += reply.flags & Int(NLM_F_CAPPED) != 0 ? 16 : Int(echoed)
        }
        var attributes = try reply.attributes(afterHeader: size)
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(NLMSGERR_ATTR_MSG.rawValue): kernelMessage = attribute.string()
            case Int(NLMSGERR_ATTR_OFFS.rawValue):
                attributeOffset = Int(try attribute.uint32())
            default: break
            }
        }
    }
}
