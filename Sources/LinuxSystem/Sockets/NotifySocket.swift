internal import Glibc

/// Where a service tells its manager how it is: sd_notify(3) without its library.
package final class NotifySocket: Sendable {
    private let address: UnixAddress
    private let descriptor: Descriptor

    /// - Parameter environment: Of it `NOTIFY_SOCKET` is read.
    /// - Returns: nil if nobody wants to be told.
    /// - Throws: `SystemCallError` for an address that cannot be one.
    package init?(environment: [String: String]) throws(SystemCallError) {
        guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return nil }
        address = try UnixAddress(path)
        descriptor = try unixSocket(SOCK_DGRAM, for: path)
    }

    /// Sends assignments such as `READY=1`, one datagram for all of them.
    ///
    /// - Throws: `SystemCallError`.
    package func send(_ assignments: [String]) throws(SystemCallError) {
        let bytes = Array(assignments.joined(separator: "\n").utf8)
        let number = descriptor.rawValue
        try systemCall("notify", on: address.path) {
            address.withSocketAddress { pointer, length in
                bytes.withUnsafeBytes {
                    sendto(
                        number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), pointer,
                        length)
                }
            }
        }
    }

    /// Within what time the manager wants to hear of the service again and again; nil if it does not.
    package static func watchdogInterval(environment: [String: String]) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text),
            microseconds > 0
        else { return nil }
        if let process = environment["WATCHDOG_PID"], Int32(process) != getpid() { return nil }
        return .microseconds(microseconds)
    }
}
