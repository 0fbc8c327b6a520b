/// Reads one JSON document (RFC 8259) in time that grows with its length alone.
///
/// Not Foundation's decoder: to find out what a value is one has to try every type in turn there, and
/// every failure costs the more the deeper the value lies, so that a document of 1 MiB keeps it busy for
/// a minute. It also takes UTF-16 for JSON.
struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    /// A key that an object has a second time, with those above it: `ips[0].address`; nil if there is none. Of several
    /// it is that of the object that ends first.
    var repeatedKey: String? {
        repeatedPath.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
    }
    /// The same with a dot before each key: `.ips[0].address`.
    private var repeatedPath: String?

    /// - Throws: `JSONSyntaxError` for bytes that are not UTF-8.
    init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        // Most documents are ASCII, which is UTF-8.
        guard bytes.allSatisfy({ $0 < 0x80 }) || String(validating: bytes, as: UTF8.self) != nil
        else {
            throw JSONSyntaxError(problem: "the text is not UTF-8", offset: 0)
        }
        self.bytes = bytes
    }

    /// The value that the whole text is.
    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        let value = try value()
        guard next == nil else { throw error("there is more text") }
        return value
    }

    // MARK: Values

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"):
            return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["):
            return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || Self.digits.contains(byte):
            return try number()
        default: throw error("a value is missing")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else {
            throw error(
                "objects and arrays are nested more than \(JSONValue.maximumDepth) levels deep")
        }
        depth += 1
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    /// The members of an object; of several with the same key the last counts, as for Go's decoder.
    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var keys: [String] = []
        var values: [JSONValue] = []
        if take("}") { return .object(JSONMembers()) }
        repeat {
            guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
            let key = try string()
            guard take(":") else { throw error("a colon is missing") }
            values.append(try value(below: "." + key))
            keys.append(key)
        } while take(",")
        guard take("}") else { throw error("the end of an object is missing") }
        var repeated: String?
        let members = JSONMembers(keys: keys, values: values, repeatedKey: &repeated)
        repeatedPath = repeatedPath ?? repeated.map { "." + $0 }
        return .object(members)
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(below: "[\(elements.count)]"))
        } while take(",")
        guard take("]") else { throw error("the end of an array is missing") }
        return .array(elements)
    }

    /// A value in an object or an array.
    ///
    /// - Parameter step: The way to it, for the path of a repeated key.
    private mutating func value(
        below step: @autoclosure () -> String
    ) throws(JSONSyntaxError) -> JSONValue {
        let wasRepeated = repeatedPath != nil
        let value = try value()
        if !wasRepeated, let path = repeatedPath { repeatedPath = step() + path }
        return value
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw error("a value is missing") }
        position += word.utf8.count
        return value
    }

    /// A number; a whole one stays exact where it fits into 64 bits.
    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        if here == UInt8(ascii: "-") { position += 1 }
        if here == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        var isWhole = true
        if here == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try skipDigits()
        }
        if here == UInt8(ascii: "e") || here == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if here == UInt8(ascii: "+") || here == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .integer(number) }
        if isWhole, let number = UInt64(text) { return .unsigned(number) }
        guard let number = Double(text), number.isFinite else {
            throw JSONSyntaxError(problem: "a number is out of range", offset: start)
        }
        return Int64(exactly: number).map(JSONValue.integer) ?? .double(number)
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = position
        while let byte = here, Self.digits.contains(byte) {
            position += 1
        }
        if position == start { throw error("a digit is missing") }
    }

    private static var digits: ClosedRange<UInt8> { UInt8(ascii: "0")...UInt8(ascii: "9") }

    // MARK: Bytes

    /// The byte at the position; nil at the end.
    var here: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next byte that is no white space; nil at the end.
    private var next: UInt8? {
        mutating get {
            while let byte = here, Self.isWhiteSpace(byte) { position += 1 }
            return here
        }
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    /// Steps over a character if it is the next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    func error(_ problem: String) -> JSONSyntaxError {
        JSONSyntaxError(problem: problem, offset: position)
    }
}
