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
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        }
    }
}
