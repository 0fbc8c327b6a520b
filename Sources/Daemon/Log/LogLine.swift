package import Glibc
internal import JSON
package import Logging
internal import SRIOV

/// One event as one line.
package enum LogLine {
    /// What stands before the level.
    package enum Prefix: Hashable, Sendable {
        /// The priority that the journal reads, `<6>`; it has the time itself.
        case priority
        /// The time, RFC 3339 in UTC.
        case time
    }

    /// `warning call failed path=/NetworkDriver.Join status=500 error="no such VF"`
    ///
    /// - Parameter fields: Written in order of their keys.
    package static func text(
        _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata
    ) -> String {
        var line = "\(level) \(escaped(message, inQuotes: false))"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(quoted("\(value)"))"
        }
        return line
    }

    /// `{"fields":{…},"level":"warning","message":"…","time":"…"}`
    package static func json(
        _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata, time: String
    ) -> String {
        var members: JSONMembers = [
            "level": .string("\(level)"), "message": .string(message), "time": .string(time),
        ]
        if !fields.isEmpty {
            members["fields"] = .object(JSONMembers(fields.mapValues { .string("\($0)") }))
        }
        return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }

    /// `2026-11-24T23:27:12.042Z`
    package static func timestamp(_ time: timespec) -> String {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let date = [
            digits(Int(parts.tm_year) + 1900, 4), digits(Int(parts.tm_mon) + 1, 2),
            digits(Int(parts.tm_mday), 2),
        ].joined(separator: "-")
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int($0), 2) }
            .joined(separator: ":")
        return "\(date)T\(clock).\(digits(time.tv_nsec / 1_000_000, 3))Z"
    }

    /// The priority of syslog(3).
    package static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0 != "\\" && $0.value != 0x7f
            }
        return isPlain ? value : "\"\(escaped(value, inQuotes: true))\""
    }

    /// Without line feeds and other control characters: whatever a client sends, an event is one line.
    private static func escaped(_ text: String, inQuotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\"" where inQuotes: result += "\\\""
            case "\\" where inQuotes: result += "\\\\"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: result += "?"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
