/// Bytes that the kernel keeps as text: the name, an alternative name or the alias of an interface.
///
/// They are what their author wrote, which need not be UTF-8: the kernel takes every byte but `/` and NUL into an
/// alternative name, from whoever has CAP_NET_ADMIN in the interface's namespace. So they are kept as they came,
/// and go back to the kernel the same. Two are equal if their bytes are; `String` would take different spellings of
/// one character for the same name.
package struct KernelText: Hashable, Sendable {
    /// Without the zero byte at the end.
    package let bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The text of which `description` is this.
    ///
    /// - Parameter text: A backslash that begins no escape stands for itself.
    package init(escaped text: String) {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == Self.backslash, rest.first == Self.backslash {
                rest.removeFirst()
            } else if byte == Self.backslash, rest.first == UInt8(ascii: "x"), rest.count >= 3,
                let value = UInt8(
                    String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                rest.removeFirst(3)
                bytes.append(value)
                continue
            }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The same as text, for those that take nothing else; nil if it is not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    private static let backslash = UInt8(ascii: "\\")
}

extension KernelText: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension KernelText: Comparable {
    /// By bytes.
    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension KernelText: CustomStringConvertible {
    /// The text for people and for JSON: printable characters as they are, a backslash as `\\`, every other byte, of
    /// control and formatting characters too, as `\xff`.
    ///
    /// `init(escaped:)` makes the same bytes of it.
    package var description: String {
        let isPlain = bytes.allSatisfy { (0x20...0x7e).contains($0) && $0 != Self.backslash }
        return isPlain ? String(decoding: bytes, as: UTF8.self) : escaped
    }

    private var escaped: String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            if first == Self.backslash {
                text += "\\\\"
                rest.removeFirst()
            } else if let scalar = Self.printableScalar(at: rest) {
                text.unicodeScalars.append(scalar)
                rest.removeFirst(UTF8.width(scalar))
            } else {
                text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16)
                rest.removeFirst()
            }
        }
        return text
    }

    /// The character that the bytes begin with; nil where they are not UTF-8, or it is one that does not show itself.
    private static func printableScalar(at bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        for length in 1...4 where length <= bytes.count {
            guard let text = String(validating: bytes.prefix(length), as: UTF8.self),
                let scalar = text.unicodeScalars.first
            else { continue }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator:
                return nil
            case .spaceSeparator: return scalar == " " ? scalar : nil
            default: return scalar
            }
        }
        return nil
    }
}
