/// That the PCI function of a record is gone for certain.
package enum SubjectLoss: Hashable, Sendable {
    /// The kernel has no function at its address.
    case gone(AttachmentSubject)
    /// The kernel has made another device for the function at its address.
    case replaced(AttachmentSubject)
}

extension SubjectLoss: CustomStringConvertible {
    package var description: String {
        switch self {
        case .gone(let subject): "\(subject) is gone"
        case .replaced(let subject): "\(subject) is gone, and another has its address"
        }
    }
}
