package import DaemonInterface
internal import Glibc
internal import LinuxSystem
package import Logging
internal import Synchronization

/// The log, and the memory of what went wrong lately.
package final class DaemonLog: Sendable {
    /// How many failures are remembered.
    package static var memory: Int { 20 }

    /// Logs what is not to be remembered as a failure.
    package let logger: Logger
    private let failures = Mutex<[DaemonReport.Failure]>([])

    package init(_ logger: Logger) {
        self.logger = logger
    }

    /// Logs a failure and remembers it.
    package func failure(
        _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata = [:]
    ) {
        logger.log(level: level, "\(message)", metadata: fields)
        let line = LogLine.text(level, message, fields).drop { $0 != " " }.dropFirst()
        let failure = DaemonReport.Failure(
            time: Int64(time(nil)), text: String(line).prefix(bytes: 1000))
        failures.withLock { failures in
            failures.append(failure)
            failures.removeFirst(max(0, failures.count - Self.memory))
        }
    }

    /// The last failures, the latest at the end.
    package var recentFailures: [DaemonReport.Failure] { failures.withLock { $0 } }
}
