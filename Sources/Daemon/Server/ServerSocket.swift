package import LinuxSystem

/// Where a server takes connections: a unix socket or a port of TCP.
package struct ServerSocket: ~Copyable, Sendable {
    /// For messages: the path, or address and port.
    package let address: String
    /// The file that was made for it; nil without one.
    let file: SocketFile?
    private let descriptor: Descriptor

    package init(_ listener: consuming UnixListener) {
        address = listener.path
        file = listener.file
        descriptor = Descriptor(owning: listener.release())
    }

    package init(_ listener: consuming TCPListener) {
        address = "\(listener.address)"
        file = nil
        descriptor = Descriptor(owning: listener.release())
    }

    /// Gives the descriptor away; its new owner closes it.
    consuming func release() -> Int32 { descriptor.release() }
}
