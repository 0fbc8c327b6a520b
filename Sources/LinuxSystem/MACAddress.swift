/// A MAC address of 48 bits.
package struct MACAddress: Hashable, Sendable {
    /// The address in its low 48 bits, first byte highest.
    private let value: UInt64

    /// Makes an address of six bytes in the order of transmission.
    ///
    /// - Returns: nil unless there are exactly six bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Parses six bytes of two hexadecimal digits each, separated by `:` or by `-` throughout.
    ///
    /// - Returns: nil for any other text. Multicast and all-zero addresses parse: whether they
    ///   make sense is the caller's question.
    package init?(_ text: some StringProtocol) {
        let separator: Character = text.contains("-") ? "-" : ":"
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.count == 2, part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let byte = UInt8(part, radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.init(bytes: bytes)
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
    package init?(_ description: String) {
        self.init(description[...])
    }

    /// Lower-case hexadecimal with colons: `02:11:22:33:44:55`.
    package var description: String {
        bytes.map { hexadecimal($0, digits: 2) }.joined(separator: ":")
    }
}
