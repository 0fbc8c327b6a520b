/// Bytes from lines of hexadecimal digits; white space is free, and `#` begins a comment.
func hex(_ text: String) -> [UInt8] {
    let digits = text.split(separator: "\n").flatMap { line in
        line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
    }
    precondition(digits.count.isMultiple(of: 2), "an odd number of digits")
    return stride(from: 0, to: digits.count, by: 2).map { index in
        guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else {
            preconditionFailure("not hexadecimal: \(digits[index...index + 1])")
        }
        return byte
    }
}
