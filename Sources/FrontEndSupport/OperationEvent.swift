internal import JSON
internal import LinuxSystem

/// One finished operation of a short-lived program, as it tells the daemon, which counts them.
///
/// It is one datagram with one line of JSON:
/// `{"kind":"cni","microseconds":12345,"operation":"ADD","result":"success","version":1}`. Nothing hangs on its
/// arrival.
package struct OperationEvent: Hashable, Sendable {
    /// Which front end: `cni`, `cli`.
    package var kind: String
    /// What it did, in the front end's words: `ADD`, `attach`.
    package var operation: String
    /// How it ended.
    package var result: OperationResult
    /// From the start of the program's work to its answer.
    package var microseconds: Int64

    package init(kind: String, operation: String, result: OperationResult, microseconds: Int64) {
        self.kind = kind
        self.operation = operation
        self.result = result
        self.microseconds = microseconds
    }

    /// The version of the line; a daemon takes no other.
    private static var version: Int64 { 1 }

    /// The most bytes of a line that is looked at.
    package static var sizeLimit: Int { 512 }

    /// Where the daemon hears of operations.
    ///
    /// - Parameter runDirectory: The directory of sockets and locks.
    package static func socketPath(runDirectory: String) -> String { runDirectory + "/events.sock" }

    package func encoded() -> [UInt8] {
        var members = JSONMembers(capacity: 5)
        members.set("kind", kind)
        members.set("operation", operation)
        members.set("result", result.rawValue)
        members.set("microseconds", microseconds)
        members.set("version", Self.version)
        return members.object.encoded() + [UInt8(ascii: "\n")]
    }

    /// - Returns: nil for anything that is not such a line; keys that are not known are ignored.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.sizeLimit,
            case .object(let members) = try? JSONValue(parsing: bytes),
            members["version"] == .integer(Self.version),
            case .string(let kind) = members["kind"],
            case .string(let operation) = members["operation"],
            case .string(let result) = members["result"],
            case .integer(let microseconds) = members["microseconds"], microseconds >= 0
        else { return nil }
        self.init(
            kind: kind, operation: operation,
            result: OperationResult(rawValue: result) ?? .unknown, microseconds: microseconds)
    }

    /// Sends the event to the daemon, if one listens. Best effort: a lost event is a missed count.
    package func tell(runDirectory: String) {
        try? UnixDatagram.send(encoded(), to: Self.socketPath(runDirectory: runDirectory))
    }
}
