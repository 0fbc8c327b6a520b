package import LinuxSystem

/// A difference between an attachment and the present state.
package enum CheckFinding: Hashable, Sendable {
    case lost(SubjectLoss)
    /// The function is no longer a VF or a PF.
    case notAVirtualFunction(PCIAddress)
    /// A process is at work on it, or has died during that.
    case unfinished(AttachmentPhase)
    case stale(Staleness)
    /// It has another driver; nil for none.
    case driver(AttachmentSubject, present: String?, recorded: String?)
    case renamed(KernelText, expected: KernelText)
    case interfaceDown(KernelText)
    /// - Parameter place: Where the owner's network namespace was, as text for users.
    case namespaceGone(place: String)
    /// - Parameter place: Where it should be, as text for users.
    case noInterface(AttachmentSubject, place: String)
    case differs(Difference)
    /// Settings were requested that only the PF reports.
    case physicalFunctionHidden(PCIAddress)
}

extension CheckFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lost(let loss): loss.description
        case .notAVirtualFunction(let address): "PCI function \(address) is neither a VF nor a PF"
        case .unfinished(let phase): "the record is in phase \(phase.rawValue)"
        case .stale(let staleness): staleness.description
        case .driver(let subject, let present, let recorded):
            "\(subject) is bound to \(present ?? "no driver"), was to \(recorded ?? "none")"
        case .renamed(let name, let expected): "the interface is named \(name), not \(expected)"
        case .interfaceDown(let name): "interface \(name) is down"
        case .namespaceGone(let place):
            "the network namespace \(place) is gone, or another one is there"
        case .noInterface(let subject, let place):
            "the \(subject.kind) has no interface in \(place)"
        case .differs(let difference): difference.description
        case .physicalFunctionHidden(let address):
            "the physical function of \(address) is not visible"
        }
    }
}
