/// A number in lower-case hexadecimal, padded with zeros to at least `digits` digits.
package func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// The value of an ASCII hexadecimal digit in either case; nil for any other byte.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

/// The lower-case digit of a value below 16.
func asciiHexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x61 + value - 10
}

/// Takes hexadecimal numbers and the characters between them from the front of a text, byte by byte.
///
/// The addresses that are read again and again in every call are made of them.
struct HexadecimalFields {
    private var rest: String.UTF8View.Iterator
    /// The byte before them; nil if nothing is left.
    private var first: UInt8?

    init(_ text: String) {
        rest = text.utf8.makeIterator()
        first = rest.next()
    }

    /// Whether nothing is left.
    var isEmpty: Bool { first == nil }

    /// The next number, in either case.
    ///
    /// - Returns: nil if there are fewer digits than asked for; more than that are left for the next.
    mutating func next(digits: ClosedRange<Int>) -> UInt32? {
        var value: UInt32 = 0
        var count = 0
        while count < digits.upperBound, let digit = first.flatMap(hexadecimalDigit) {
            value = value << 4 | UInt32(digit)
            count += 1
            first = rest.next()
        }
        return count < digits.lowerBound ? nil : value
    }

    /// Steps over a character if it is the next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: character) else { return false }
        first = rest.next()
        return true
    }
}
