internal import Glibc

/// A unix socket that takes datagrams.
package final class DatagramReceiver: Sendable {
    /// The file that was made for it.
    package let file: SocketFile

    private let socket: Descriptor

    /// Makes a socket file and receives on it; one that nobody receives on any more is replaced.
    ///
    /// - Parameters:
    ///   - path: Where; directories above it are made where missing.
    ///   - permissions: Those of the socket, whatever the umask: who may send.
    /// - Throws: `UnixListenerError` if a process receives there already, or if something else than a socket is
    ///   there; `SystemCallError`.
    package init(at path: String, permissions: UInt32 = 0o600) throws {
        let address = try UnixAddress(path)
        try UnixListener.prepare(path) { () throws(SystemCallError) in
            let probe = try unixSocket(SOCK_DGRAM, for: path)
            let number = probe.rawValue
            try systemCall("connect", on: path) {
                address.withSocketAddress { connect(number, $0, $1) }
            }
        }
        socket = try unixSocket(SOCK_DGRAM, for: path)
        let number = socket.rawValue
        try systemCall("change the mode of socket", on: path) { fchmod(number, permissions) }
        try systemCall("bind socket", on: path) {
            address.withSocketAddress { bind(number, $0, $1) }
        }
        file = try SocketFile(at: path)
    }

    /// For poll(2): readable when a datagram has come. Owned by this object.
    package var descriptor: Int32 { socket.rawValue }

    /// The next datagram, without waiting.
    ///
    /// - Parameter limit: The most bytes; of a longer one the first `limit + 1` come, which tell that it is too long.
    /// - Returns: nil if none has come.
    /// - Throws: `SystemCallError` for any other failure of recv(2).
    package func receive(limit: Int) throws(SystemCallError) -> [UInt8]? {
        let number = socket.rawValue
        do {
            return try bytes(atMost: limit + 1) { start throws(SystemCallError) in
                try systemCall("receive from", on: file.path) {
                    recv(number, start, limit + 1, Int32(MSG_DONTWAIT))
                }
            }
        } catch  where error.errno == .wouldBlock {
            return nil
        }
    }
}
