internal import CNetlink
internal import LinuxSystem

/// An answer while it comes in, message by message.
struct NetlinkAnswer {
    enum Completeness {
        case complete
        /// The list changed while it was read (`NLM_F_DUMP_INTR`).
        case inconsistent
        /// Messages were lost.
        case overrun
    }

    private let request: NetlinkRequest

    var completeness = Completeness.complete

    /// Whether `take` wants no more of the answer.
    private(set) var isEnough = false

    /// The first message that could not be read. It must not leave the rest of its list in the
    /// queue, so it is thrown only at the end.
    private var malformed: MalformedReply?

    init(to request: NetlinkRequest) {
        self.request = request
    }

    /// Takes in the next message of the answer.
    ///
    /// - Parameter take: Receives what is neither an acknowledgement nor the end of a list, and says whether it wants
    ///   more.
    /// - Returns: Whether it was the last, or the last that is wanted.
    /// - Throws: `NetlinkError` with the kernel's refusal, `MalformedReply`.
    mutating func isComplete(
        with reply: NetlinkReply, take: (NetlinkReply) throws(MalformedReply) -> Bool
    ) throws -> Bool {
        if request.isDump, reply.flags & Int(NLM_F_DUMP_INTR) != 0, completeness == .complete {
            completeness = .inconsistent
        }
        switch reply.type {
        case Int(NLMSG_ERROR), Int(NLMSG_DONE):
            let end = try Acknowledgement(reply)
            if let errno = end.errno {
                throw request.error(
                    errno, kernelMessage: end.kernelMessage, attributeOffset: end.attributeOffset)
            }
            if let malformed { throw malformed }
            return true
        case Int(NLMSG_NOOP):
            return false
        default:
            do throws(MalformedReply) {
                if malformed == nil { isEnough = try !take(reply) }
            } catch {
                malformed = error
            }
            if isEnough { return true }
            guard !request.isDump, !request.wantsAcknowledgement else { return false }
            if let malformed { throw malformed }
            return true
        }
    }
}
