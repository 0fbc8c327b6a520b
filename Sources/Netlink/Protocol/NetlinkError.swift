package import LinuxSystem

/// The kernel's refusal of a netlink request, in the kernel's own words.
package struct NetlinkError: Error, Hashable, Sendable {
    /// What was asked for, in a few words: `set VLAN`, `move`.
    package let operation: String

    /// The word between operation and subject: `of`, `to`; nil where the subject follows at once.
    package let preposition: String?

    /// What it was asked for: `VF 1 of pf0`, `interface net1`.
    package let subject: String

    /// The kernel's answer; `EBADMSG` for one that could not be understood.
    package let errno: ErrorNumber

    /// The text of the extended acknowledgement (`NLMSGERR_ATTR_MSG`), or, where it is not the
    /// kernel that refused, what went wrong in the exchange; nil for neither.
    package let kernelMessage: String?

    /// Bytes from the start of the request to the attribute that the kernel refused
    /// (`NLMSGERR_ATTR_OFFS`); nil if it named none.
    package let attributeOffset: Int?

    package init(
        operation: String, preposition: String? = "of", subject: String, errno: ErrorNumber,
        kernelMessage: String?, attributeOffset: Int? = nil
    ) {
        self.operation = operation
        self.preposition = preposition
        self.subject = subject
        self.errno = errno
        self.kernelMessage = kernelMessage
        self.attributeOffset = attributeOffset
    }
}

extension NetlinkError: CustomStringConvertible {
    /// `set VLAN of VF 1 of pf0: operation not supported (EOPNOTSUPP): the kernel's own words`
    package var description: String {
        let joint = preposition.map { " \($0) " } ?? " "
        let words = kernelMessage.map { ": \($0)" } ?? ""
        return "\(operation)\(joint)\(subject): \(errno)\(words)"
    }
}
