internal import Netlink

/// Whether an interface can carry frames, in one word.
enum LinkCondition: String, Hashable, Codable {
    /// Up, with carrier.
    case up
    /// Up, without carrier.
    case noCarrier = "no-carrier"
    /// Administratively down.
    case down

    init(_ link: Link) {
        self = link.isUp ? (link.hasCarrier ? .up : .noCarrier) : .down
    }
}
