/// A reply that breaks the rules of netlink: cut short, or with lengths that contradict each other.
struct MalformedReply: Error, Hashable {
    /// What is wrong with it, in a few words.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
