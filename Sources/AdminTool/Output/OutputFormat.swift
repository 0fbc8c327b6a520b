internal import FoundationEssentials

/// How an answer is written.
enum OutputFormat: String, CaseIterable {
    /// For people.
    case table
    /// For programs: keys sorted, and absent where there is no value.
    case json

    /// Writes an answer: the one place that looks at the format.
    ///
    /// - Parameters:
    ///   - value: The answer for programs.
    ///   - table: The answer for people, with a line feed at its end.
    func render(_ value: some Encodable, table: () -> String) throws -> String {
        switch self {
        case .table: return table()
        case .json: return try Self.json(value, [.prettyPrinted])
        }
    }

    /// Writes one of many answers that come one by one, each as a line of its own.
    ///
    /// - Parameters:
    ///   - value: The answer for programs.
    ///   - line: The answer for people, without a line feed.
    func renderLine(_ value: some Encodable, line: () -> String) throws -> String {
        switch self {
        case .table: return line() + "\n"
        case .json: return try Self.json(value, [])
        }
    }

    private static func json(
        _ value: some Encodable, _ more: JSONEncoder.OutputFormatting
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = more.union([.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
