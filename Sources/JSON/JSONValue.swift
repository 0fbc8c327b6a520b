/// Any JSON value, for documents whose keys are matched by hand.
///
/// Whole numbers stay exact: as `integer` where they fit, above that as `unsigned`.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Only numbers above `Int64.max`.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONMembers)

    /// Objects and arrays in each other, at most.
    static var maximumDepth: Int { 64 }

    /// What kind of value it is, for errors: `a string`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Parses one JSON document of UTF-8 text.
    ///
    /// - Throws: `JSONSyntaxError`; also for a byte order mark, and where it is nested too deeply.
    package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        var parser = try JSONParser(bytes)
        self = try parser.document()
    }

    /// The document in one line, keys sorted, `/` not escaped.
    ///
    /// An infinite number, which no text parses to, becomes null.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter(.line)
        writer.write(self)
        return writer.bytes
    }

    /// The document with a line for each value, otherwise as `encoded`.
    package func indented() -> [UInt8] {
        var writer = JSONWriter(.indented)
        writer.write(self)
        return writer.bytes
    }
}
