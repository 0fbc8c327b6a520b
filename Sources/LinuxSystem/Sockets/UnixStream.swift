internal import Glibc

/// A connection to a unix stream socket, for a client that may block.
package struct UnixStream: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let path: String

    /// - Parameters:
    ///   - path: Where somebody listens.
    ///   - allowance: How long each of connecting, one write and one read may take.
    /// - Throws: `SystemCallError`; with `ECONNREFUSED` if nobody listens, with `EAGAIN` for one that does not
    ///   answer in time.
    package static func connect(
        to path: String, allowance: Duration
    ) throws(SystemCallError) -> UnixStream {
        let descriptor = try unixSocket(SOCK_STREAM, for: path)
        try connect(descriptor.rawValue, to: UnixAddress(path), allowance)
        return UnixStream(descriptor: descriptor, path: path)
    }

    private init(descriptor: consuming Descriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    private static func connect(
        _ number: Int32, to address: UnixAddress, _ allowance: Duration
    ) throws(SystemCallError) {
        let path = address.path
        let (seconds, attoseconds) = allowance.components
        var time = timeval(
            tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try systemCall("limit the time of socket", on: path) {
                setsockopt(
                    number, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
            }
        }
        try systemCall("connect", on: path) {
            address.withSocketAddress { Glibc.connect(number, $0, $1) }
        }
    }

    /// Sends all of the bytes.
    ///
    /// - Throws: `SystemCallError`, with `EPIPE` if the other end has closed, with `EAGAIN` if it does not read in
    ///   time; a part of the bytes may have been sent.
    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        let number = descriptor.rawValue
        var start = 0
        while start < bytes.count {
            let rest = bytes[start...]
            start += try systemCall("write to", on: path) {
                // Without a signal should the other end be closed.
                rest.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
        }
    }

    /// Reads until the other end closes.
    ///
    /// - Parameter limit: The most bytes accepted.
    /// - Throws: `SystemCallError`; with `EFBIG` as soon as more have come.
    package func readToEnd(limit: Int) throws(SystemCallError) -> [UInt8] {
        try descriptor.readToEnd(limit: limit, subject: path)
    }
}
