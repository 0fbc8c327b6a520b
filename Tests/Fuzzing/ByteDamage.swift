extension [UInt8] {
    /// Damages some bytes: flips, replaces, cuts, repeats and inserts.
    ///
    /// - Parameters:
    ///   - protected: The bytes at the start that stay as they are.
    ///   - morsels: What is inserted besides single bytes.
    package mutating func damage(
        after protected: Int = 0, morsels: [[UInt8]] = [], using generator: inout SeededGenerator
    ) {
        for _ in 0..<generator.number(in: 1...6) {
            guard count > protected else { return }
            let place = generator.number(in: protected...count - 1)
            let end = Swift.min(count, place + generator.number(in: 1...32))
            switch generator.number(in: 0...9) {
            case 0, 1: self[place] ^= 1 << UInt8(generator.number(in: 0...7))
            case 2: self[place] = generator.pick(Self.telling)
            case 3: self[place] = UInt8.random(in: 0...255, using: &generator)
            case 4: removeSubrange(place..<end)
            case 5: insert(contentsOf: self[place..<end], at: place)
            case 6: insert(generator.pick(Self.telling), at: place)
            case 7 where !morsels.isEmpty:
                insert(contentsOf: generator.pick(morsels), at: place)
            case 8 where generator.chance(30): removeSubrange(place...)
            default: swapAt(place, generator.number(in: protected...count - 1))
            }
        }
    }

    /// Bytes at the ends of ranges, and those that mean something in texts.
    private static var telling: [UInt8] {
        [0, 1, 2, 3, 4, 8, 9, 10, 0x7f, 0x80, 0xc0, 0xed, 0xf5, 0xfe, 0xff]
            + "\"\\{}[],:/-+.09eE ".utf8
    }
}
