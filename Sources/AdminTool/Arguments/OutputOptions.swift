internal import ArgumentParser

/// How the answer is written.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the answer as a table (the default) or as JSON.", valueName: "table|json"),
        completion: .list(OutputFormat.allCases.map(\.rawValue)),
        transform: Self.format)
    var format: OutputFormat = .table

    private static func format(_ text: String) throws -> OutputFormat {
        guard let format = OutputFormat(rawValue: text) else {
            throw InvalidValue("neither table nor json")
        }
        return format
    }
}
