/// An attribute of a VF or of its interface that is not as it ought to be.
package struct Difference: Hashable, Sendable {
    /// What the wanted value comes from.
    package enum Source: Hashable, Sendable {
        /// The owner has asked for it.
        case request
        /// It was so before the attachment.
        case original
    }

    /// `VLAN`, `MTU of net1`.
    package let attribute: String
    /// The value that it has, for people: `on`, `1500`, `none`.
    package let present: String
    /// The value that `attribute` should have, for people.
    package let wanted: String
    /// Where `wanted` comes from.
    package let source: Source
}

extension Difference: CustomStringConvertible {
    /// `VLAN is none, asked for was 100`; `MTU is 1400, was 1500`
    package var description: String {
        switch source {
        case .request: "\(attribute) is \(present), asked for was \(wanted)"
        case .original: "\(attribute) is \(present), was \(wanted)"
        }
    }
}
