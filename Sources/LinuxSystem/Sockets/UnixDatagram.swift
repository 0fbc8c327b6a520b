internal import Glibc

/// One datagram to a unix socket, from a process that has no time to lose.
package enum UnixDatagram {
    /// Sends without ever waiting.
    ///
    /// - Parameter path: Where somebody receives.
    /// - Throws: `SystemCallError`; with `ENOENT` or `ECONNREFUSED` if nobody receives, with `EAGAIN` if the queue
    ///   is full.
    package static func send(_ bytes: [UInt8], to path: String) throws(SystemCallError) {
        let address = try UnixAddress(path)
        let descriptor = try unixSocket(SOCK_DGRAM, for: path)
        let number = descriptor.rawValue
        try systemCall("send to", on: path) {
            address.withSocketAddress { pointer, length in
                bytes.withUnsafeBytes {
                    sendto(
                        number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT),
                        pointer, length)
                }
            }
        }
    }
}
