/// Why an attachment is not in use any more.
package enum Staleness: Hashable, Sendable {
    /// The function that was given away is gone.
    case lost(SubjectLoss)
    /// The process has died that was at work on it, in phase preparing or detaching.
    case writerDied(AttachmentPhase)
    /// Some original setting is still to be restored in the hardware.
    case unrestored
    /// Nothing holds the owner's network namespace any more.
    ///
    /// - Parameter place: Where it was, as text for users.
    case namespaceGone(place: String)
    /// The owner's runtime has let a phase of the handover last too long.
    case overdue(AttachmentPhase, seconds: Int64)
}

extension Staleness: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lost(let loss): loss.description
        case .writerDied(let phase): "the process that was \(phase.rawValue) it has died"
        case .unrestored: "some of its settings are not restored yet"
        case .namespaceGone(let place): "the network namespace \(place) is gone"
        case .overdue(let phase, let seconds): "\(phase.missedEnd) in \(seconds) s"
        }
    }
}

extension AttachmentPhase {
    /// The event that a runtime did not cause in time to end a phase.
    fileprivate var missedEnd: String {
        switch self {
        case .reserved: "reserved, and never joined"
        case .joined: "joined, and never moved"
        case .leaving: "leaving, and its end never came"
        case .preparing, .attached, .detaching, .restoring: "\(rawValue), and not finished"
        }
    }
}
