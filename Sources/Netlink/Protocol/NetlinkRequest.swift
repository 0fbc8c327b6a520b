internal import CNetlink
internal import LinuxSystem

/// A complete request with what it is for, in the words of its errors.
struct NetlinkRequest {
    /// What is asked for, what joins it to the subject, and what it is asked for.
    let operation: String
    let preposition: String?
    let subject: String

    /// `NLM_F_…` with `NLM_F_REQUEST`.
    let flags: Int

    /// The message, with sequence and port zero.
    let bytes: [UInt8]

    /// Why the message could not be written; nil if it could.
    let failure: ErrorNumber?

    /// - Parameters:
    ///   - operation: As in `NetlinkError`, like the next two.
    ///   - type: `RTM_…`, or a generic netlink family.
    ///   - flags: `NLM_F_ACK` for a command, `NLM_F_DUMP` for a list; `NLM_F_REQUEST` is added.
    ///   - write: Adds the fixed header and the attributes.
    init(
        _ operation: String, _ preposition: String?, _ subject: String, type: Int,
        flags: Int, write: (inout NetlinkMessage) -> Void
    ) {
        self.operation = operation
        self.preposition = preposition
        self.subject = subject
        self.flags = flags | Int(NLM_F_REQUEST)
        var message = NetlinkMessage(type: type, flags: flags)
        write(&message)
        bytes = message.bytes
        failure = message.failure
    }

    var isDump: Bool { flags & Int(NLM_F_DUMP) == Int(NLM_F_DUMP) }

    var wantsAcknowledgement: Bool { flags & Int(NLM_F_ACK) != 0 }

    /// The message with its sequence number.
    func bytes(sequence: UInt32) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(8..<12, with: hostBytes(of: sequence))
        return bytes
    }

    func error(_ errno: ErrorNumber, kernelMessage: String? = nil, attributeOffset: Int? = nil)
        -> NetlinkError
    {
        NetlinkError(
            operation: operation, preposition: preposition, subject: subject, errno: errno,
            kernelMessage: kernelMessage, attributeOffset: attributeOffset)
    }
}
