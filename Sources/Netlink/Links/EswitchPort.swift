/// A function's port on a card's eswitch, by the name that the kernel gives it (`phys_port_name`): `pf0` for a PF,
/// `pf0vf1` for a VF, `pf0sf2` for a subfunction, with `c1` before it where it belongs to another controller's host.
///
/// An interface with such a port is a representor: it stands for the other end of that function. The uplink's port
/// (`p0`, `p0s1`) is none, and an interface outside a switch has no port's name.
package struct EswitchPort: Hashable, Sendable {
    /// nil for the host's own.
    package let controller: Int?
    /// The number of the PF on the card.
    package let physicalFunction: Int
    /// The index of the VF; nil for the port of anything else.
    package let virtualFunction: Int?

    /// - Returns: nil if it is not the name of a function's port.
    package init?(_ name: String) {
        var rest = name.utf8[...]
        controller = Self.number(after: "c", in: &rest)
        guard let function = Self.number(after: "pf", in: &rest) else { return nil }
        physicalFunction = function
        // What stands behind it otherwise is the port of something else than a VF.
        let index = Self.number(after: "vf", in: &rest)
        virtualFunction = rest.isEmpty ? index : nil
    }

    /// Reads a number with a word before it; nil, with nothing read, if there is none.
    private static func number(after word: String, in text: inout Substring.UTF8View) -> Int? {
        guard text.starts(with: word.utf8) else { return nil }
        let digits = text.dropFirst(word.utf8.count).prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard let number = Int(Substring(digits)) else { return nil }
        text = text[digits.endIndex...]
        return number
    }
}
