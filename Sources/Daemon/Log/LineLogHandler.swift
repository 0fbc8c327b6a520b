internal import DaemonInterface
internal import Glibc
internal import LinuxSystem
package import Logging

/// Writes events to standard error, a line each.
package struct LineLogHandler: LogHandler {
    /// The lowest level that `Logger` passes to this handler.
    package var logLevel: Logger.Level
    /// Fields of every line.
    package var metadata: Logger.Metadata = [:]
    /// The protocol `LogHandler` demands it; `log` does not read it.
    package var metadataProvider: Logger.MetadataProvider?

    private let prefix: LogLine.Prefix
    private let isJSON: Bool
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - isJSON: Whether events are JSON documents.
    ///   - write: Takes a line with its line feed.
    package init(
        level: Logger.Level, prefix: LogLine.Prefix, isJSON: Bool,
        write: @escaping @Sendable (String) -> Void
    ) {
        logLevel = level
        self.prefix = prefix
        self.isJSON = isJSON
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        for (key, value) in event.metadata ?? [:] { fields[key] = value }
        // They quote what clients and containers say.
        fields = fields.mapValues { .string("\($0)".cut(toBytes: String.messageLimit)) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let time = LogLine.timestamp(now)
        let message = event.message.description.cut(toBytes: String.messageLimit)
        let line =
            isJSON
            ? LogLine.json(event.level, message, fields, time: time)
            : LogLine.text(event.level, message, fields)
        switch prefix {
        case .priority: write("<\(LogLine.priority(of: event.level))>\(line)\n")
        case .time: write(isJSON ? "\(line)\n" : "\(time) \(line)\n")
        }
    }

    /// What the lines of standard error begin with.
    ///
    /// - Parameter environment: Of it `JOURNAL_STREAM` is read, which a child of a service inherits even if its
    ///   standard error leads elsewhere.
    package static func prefix(environment: [String: String]) -> LogLine.Prefix {
        guard let text = environment["JOURNAL_STREAM"] else { return .time }
        let numbers = text.split(separator: ":").map { UInt64($0) }
        guard numbers.count == 2,
            let stream = try? FileIdentity(ofDescriptor: StandardStream.error.rawValue),
            stream.device == numbers[0], stream.inode == numbers[1]
        else { return .time }
        return .priority
    }
}
