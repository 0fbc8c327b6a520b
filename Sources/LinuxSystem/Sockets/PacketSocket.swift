internal import CLinuxShim
internal import Glibc

/// A socket that sends Ethernet frames (`AF_PACKET`) and receives none.
package final class PacketSocket: Sendable {
    private let descriptor: Descriptor

    /// Opens a socket in the network namespace of the calling thread.
    ///
    /// - Throws: `SystemCallError`.
    package init() throws(SystemCallError) {
        descriptor = try Self.kind.open()
    }

    private init(owning descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Of no protocol: no frame of the interface is queued in it.
    private static var kind: SocketKind {
        SocketKind("packet socket", domain: AF_PACKET, type: Int32(SOCK_RAW.rawValue))
    }

    /// Opens a socket in another network namespace.
    ///
    /// - Throws: `SystemCallError` if the namespace cannot be entered or the socket not opened.
    package static func inside(_ namespace: NetworkNamespace) throws -> PacketSocket {
        PacketSocket(owning: try namespace.socket(kind))
    }

    /// Sends a frame.
    ///
    /// - Parameters:
    ///   - frame: All of it, from the destination's address on, without the checksum at its end.
    ///   - name: The interface's name, for the error.
    /// - Throws: `SystemCallError`; with `ENETDOWN` if the interface is down, with `ENOBUFS` if it has no carrier.
    package func send(
        _ frame: [UInt8], throughLink index: Int32, named name: KernelText
    ) throws(SystemCallError) {
        let number = descriptor.rawValue
        try systemCall("send frame through", on: "interface \(name)") {
            vfmap_send_frame(number, index, frame, frame.count)
        }
    }
}
