/// A MAC address of 48 bits.
package struct MACAddress: Hashable, Sendable {
    /// The address in its low 48 bits, first byte highest.
    private let value: UInt64

    /// Makes an address of six bytes in the order of transmission.
    ///
    /// - Returns: nil unless there are exactly six bytes.
    package init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 6 else { return nil }
        var value: UInt64 = 0
        for byte in bytes { value = value << 8 | UInt64(byte) }
        self.value = value
    }

    /// The address of no interface, `00:00:00:00:00:00`; on a PF it means "not administered".
    package static var zero: Self { Self(value: 0) }

    private init(value: UInt64) {
        self.value = value
    }

    /// The six bytes in the order of transmission.
    package var bytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * $0)) }
    }

    package var isZero: Bool { value == 0 }

    /// Whether it names a group of stations; broadcast is one of them.
    package var isMulticast: Bool { value & 0x0100_0000_0000 != 0 }
}

extension MACAddress: LosslessStringConvertible {
    /// Parses six bytes of two hexadecimal digits each, separated by `:` or by `-` throughout.
    ///
    /// - Returns: nil for any other text. Multicast and all-zero addresses parse: whether they
    ///   make sense is the caller's question.
    package init?(_ description: String) {
        let separator: Unicode.Scalar = description.utf8.contains(UInt8(ascii: "-")) ? "-" : ":"
        var fields = HexadecimalFields(description)
        var value: UInt64 = 0
        for index in 0..<6 {
            guard index == 0 || fields.skip(separator), let byte = fields.next(digits: 2...2)
            else { return nil }
            value = value << 8 | UInt64(byte)
        }
        guard fields.isEmpty else { return nil }
        self.init(value: value)
    }

    /// Lower-case hexadecimal with colons: `02:11:22:33:44:55`.
    package var description: String {
        var text: [UInt8] = []
        for byte in bytes {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(asciiHexadecimalDigit(byte >> 4))
            text.append(asciiHexadecimalDigit(byte & 0xf))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
