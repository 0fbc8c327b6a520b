internal import LinuxSystem

/// What the plugin tells an operator, apart from its answer on standard output.
///
/// One line a message: `level=warning msg="…" container=4f1c9a netns=/run/netns/a ifname=net1`. Nothing
/// that goes wrong with it makes the operation fail, and a success says nothing above `debug`.
package struct CNILog: Sendable {
    /// The words of `logLevel`, the gravest first.
    package enum Level: Int, Comparable, Sendable {
        case panic, error, warning, info, debug

        /// - Parameter word: In either case.
        /// - Returns: nil for a word that is not known.
        package init?(_ word: String) {
            switch word.lowercased() {
            case "panic": self = .panic
            case "error": self = .error
            case "warning": self = .warning
            case "info": self = .info
            case "debug": self = .debug
            default: return nil
            }
        }

        package static func < (left: Self, right: Self) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Messages less grave than this are dropped.
    package var level: Level
    /// The container that a message is about, in every line; what is empty is left out.
    package struct Context: Hashable, Sendable {
        /// CNI_CONTAINERID.
        package let container: String
        /// CNI_NETNS.
        package let namespacePath: String
        /// CNI_IFNAME.
        package let interfaceName: String

        package init(
            container: String = "", namespacePath: String = "", interfaceName: String = ""
        ) {
            self.container = container
            self.namespacePath = namespacePath
            self.interfaceName = interfaceName
        }
    }

    private let context: Context
    private let writeLine: @Sendable (String) -> Void

    /// - Parameter writeLine: Takes each line, without its end.
    package init(
        level: Level = .info, context: Context = Context(),
        writeLine: @escaping @Sendable (String) -> Void
    ) {
        self.level = level
        self.context = context
        self.writeLine = writeLine
    }

    package func log(_ level: Level, _ message: String) {
        guard level <= self.level else { return }
        var line = "level=\(level) msg=\(Self.quoted(message.cut(toBytes: String.messageLimit)))"
        line += Self.member("container", context.container)
        line += Self.member("netns", context.namespacePath)
        line += Self.member("ifname", context.interfaceName)
        writeLine(line)
    }

    private static func member(_ name: String, _ value: String) -> String {
        if value.isEmpty { return "" }
        let text = value.cut(toBytes: String.messageLimit)
        return " \(name)=\(needsQuotes(text) ? quoted(text) : text)"
    }

    package func error(_ message: String) { log(.error, message) }
    package func warning(_ message: String) { log(.warning, message) }
    package func debug(_ message: String) { log(.debug, message) }

    /// Whether a value has anything but what neither a reader of logs nor a shell takes for more than itself.
    private static func needsQuotes(_ text: String) -> Bool {
        !text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "_-./:@+,".utf8.contains(byte)
            }
        }
    }

    /// The text on one line, in double quotes, between which even a shell would not take any of it for a command.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "$", "`": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                switch scalar.properties.generalCategory {
                // Format characters are among them that turn the direction of writing.
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    quoted += "\\u{\(hexadecimal(scalar.value, digits: 1))}"
                default: quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
