internal import Glibc

/// What socket(2) is asked for.
package struct SocketKind: Hashable, Sendable {
    /// In words for an error: `netlink socket`.
    package let name: String
    /// `AF_…`
    package let domain: Int32
    /// `SOCK_…`, with its flags; `SOCK_CLOEXEC` is added.
    package let type: Int32
    /// The protocol; 0 for the only one.
    package let number: Int32

    package init(_ name: String, domain: Int32, type: Int32, number: Int32 = 0) {
        self.name = name
        self.domain = domain
        self.type = type | Int32(SOCK_CLOEXEC.rawValue)
        self.number = number
    }

    /// A socket for datagrams within the machine.
    static var unixDatagram: SocketKind {
        SocketKind("socket", domain: AF_UNIX, type: Int32(SOCK_DGRAM.rawValue))
    }

    /// Opens a socket in the network namespace of the calling thread.
    ///
    /// - Throws: `SystemCallError` if socket(2) fails.
    package func open() throws(SystemCallError) -> Descriptor {
        Descriptor(
            owning: try systemCall("open \(name)", on: "") { socket(domain, type, number) })
    }
}
