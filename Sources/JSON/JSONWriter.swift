/// Writes one JSON document (RFC 8259): keys sorted, `/` not escaped.
///
/// Not Foundation's encoder: its generic containers cost a process that lives for one call more than the
/// rest of its own work, and half of the executable.
package struct JSONWriter {
    /// How a document is laid out.
    package enum Layout: Hashable, Sendable {
        /// In one line, without any space.
        case line
        /// A line for each value, two spaces deeper in each object and array.
        case indented
    }

    /// The document so far.
    package private(set) var bytes: [UInt8] = []
    private let layout: Layout
    private var depth = 0
    /// Whether nothing has been written yet of the array or object that was begun last.
    private var isEmpty = true

    package init(_ layout: Layout) {
        self.layout = layout
        // Enough for a record; to grow is dear.
        bytes.reserveCapacity(2048)
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write("null")
        case .bool(let truth): write(truth ? "true" : "false")
        case .integer(let number): write(number.description)
        case .unsigned(let number): write(number.description)
        case .double(let number): write(number)
        case .string(let text): quote(text)
        case .array(let elements):
            begin("[")
            for element in elements {
                next()
                write(element)
            }
            end("]")
        case .object(let members):
            begin("{")
            for index in 0..<members.count {
                next()
                quote(members.keys[index])
                writeColon()
                write(members.values[index])
            }
            end("}")
        }
    }

    /// The shortest number that reads as the same; null for what is no number, which JSON has no word for.
    private mutating func write(_ number: Double) {
        guard number.isFinite else { return write("null") }
        let text = number.description
        write(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    /// Text that is JSON already.
    package mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func begin(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        depth += 1
        isEmpty = true
    }

    /// Comes before every element of an array and every member of an object.
    package mutating func next() {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        beginLine()
    }

    package mutating func end(_ bracket: Unicode.Scalar) {
        if isEmpty, layout == .indented { bytes.append(UInt8(ascii: "\n")) }
        depth -= 1
        isEmpty = false
        beginLine()
        bytes.append(UInt8(ascii: bracket))
    }

    package mutating func writeColon() {
        if layout == .indented { bytes.append(UInt8(ascii: " ")) }
        bytes.append(UInt8(ascii: ":"))
        if layout == .indented { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func beginLine() {
        guard layout == .indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    /// A text in quotes; only what must be escaped is.
    package mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { characters in
            var plain = 0
            for (index, byte) in characters.enumerated() where Self.mustBeEscaped(byte) {
                bytes.append(contentsOf: characters[plain..<index])
                plain = index + 1
                escape(byte)
            }
            bytes.append(contentsOf: characters[plain...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A text in quotes that needs no escape.
    mutating func quotePlain(_ characters: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: characters)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"")
        case UInt8(ascii: "\\"): write("\\\\")
        case UInt8(ascii: "\u{8}"): write("\\b")
        case UInt8(ascii: "\u{c}"): write("\\f")
        case UInt8(ascii: "\n"): write("\\n")
        case UInt8(ascii: "\r"): write("\\r")
        case UInt8(ascii: "\t"): write("\\t")
        default:
            write(byte < 0x10 ? "\\u000" : "\\u00")
            write(String(byte, radix: 16))
        }
    }
}
