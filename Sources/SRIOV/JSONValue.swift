internal import FoundationEssentials

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
    case object([String: JSONValue])

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
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}

/// The key of an object, whatever it is called.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) {
        stringValue = text
    }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}

extension JSONValue: Encodable {
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in members { try container.encode(value, forKey: AnyKey(key)) }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let truth):
            try Self.encode(truth, to: encoder)
        case .integer(let number):
            try Self.encode(number, to: encoder)
        case .unsigned(let number):
            try Self.encode(number, to: encoder)
        case .double(let number):
            try Self.encode(number, to: encoder)
        case .string(let text):
            try Self.encode(text, to: encoder)
        }
    }

    private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
