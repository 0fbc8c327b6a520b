/// The hash FNV-1a of 64 bits, which is the same in every process.
struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// Adds a text and its end, so that two texts differ from the same bytes divided elsewhere.
    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0)
    }
}
