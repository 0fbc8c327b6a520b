internal import CNetlink

/// The attributes that follow a header, or that lie in a nest, one after the other.
///
/// This is not libnl's `nla_next`, because a Swift slice cannot be left by mistake: libnl's walk
/// relies on its caller for that.
struct AttributeList {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next attribute; nil at the end.
    ///
    /// - Throws: `MalformedReply` if the attribute is longer than what is left, or shorter than its
    ///   own header.
    mutating func next() throws(MalformedReply) -> Attribute? {
        // Fewer bytes than a header are the padding of the last attribute.
        guard rest.count >= Self.headerSize else { return nil }
        guard let length = rest.integer(at: 0, as: UInt16.self).map(Int.init),
            let type = rest.integer(at: 2, as: UInt16.self)
        else { return nil }
        guard length >= Self.headerSize, length <= rest.count else {
            throw MalformedReply("attribute of \(length) bytes where \(rest.count) are left")
        }
        let attribute = Attribute(
            type: Int(type & Self.typeMask),
            payload: rest.dropFirst(Self.headerSize).prefix(length - Self.headerSize))
        rest = rest.dropFirst((length + 3) & ~3)
        return attribute
    }

    /// `sizeof(struct nlattr)`.
    private static let headerSize = 4

    /// `NLA_TYPE_MASK`: without `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    private static let typeMask: UInt16 = 0x3fff
}
