/// Text that may be written to a terminal, whoever chose it.
///
/// The kernel takes nearly any byte in the name of an interface, and containers name theirs: a
/// control character could rewrite the screen.
func printable(_ text: String) -> String {
    // Nearly every text, of which Unicode's tables need not be asked.
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
    guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        result.append(isUnprintable(scalar) ? "?" : scalar)
    }
    return String(result)
}

/// How many columns of a terminal a text takes.
func displayWidth(of text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + displayWidth(of: $1) }
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
}

private func displayWidth(of character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    return wideRanges.contains { $0.contains(first.value) } ? 2 : 1
}

/// The blocks of Unicode that terminals show two columns wide (East Asian Width W and F of UAX 11,
/// with whole blocks in place of the exact list).
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
    0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff,
    0x20000...0x3fffd,
]
