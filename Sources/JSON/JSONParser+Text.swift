/// Texts: in quotes, with escapes.
extension JSONParser {
    mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        while true {
            let start = position
            while let byte = here, byte >= 0x20, byte != UInt8(ascii: "\""),
                byte != UInt8(ascii: "\\")
            {
                position += 1
            }
            if here == UInt8(ascii: "\""), text.isEmpty {
                position += 1
                return String(decoding: bytes[start..<position - 1], as: UTF8.self)
            }
            text += bytes[start..<position]
            switch here {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                text += String(try escaped()).utf8
            case nil: throw error("the end of a text is missing")
            default: throw error("a text has a control character")
            }
        }
    }

    /// The character that an escape stands for; the position is after the backslash.
    private mutating func escaped() throws(JSONSyntaxError) -> Unicode.Scalar {
        let letter = here
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedUnicode()
        default: throw error("an escape is not known")
        }
    }

    /// One `\uXXXX`, or two where the first is the first half of a pair.
    private mutating func escapedUnicode() throws(JSONSyntaxError) -> Unicode.Scalar {
        let unit = try fourDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(unit)), bytes[position...].starts(with: "\\u".utf8)
        else {
            throw error("half of a character stands alone")
        }
        position += 2
        let second = try fourDigits()
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (second - 0xdc00))
        else { throw error("half of a character stands alone") }
        return scalar
    }

    private mutating func fourDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = here, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
