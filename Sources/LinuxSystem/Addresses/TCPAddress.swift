internal import Glibc

/// An IP address with a port: `127.0.0.1:9808`, `[::1]:9808`.
package struct TCPAddress: Hashable, Sendable {
    private enum Host: Hashable {
        case v4([UInt8])
        case v6([UInt8])
    }

    private let host: Host
    /// 0 leaves the choice to the kernel.
    package let port: UInt16

    /// - Returns: nil for any other text; names are not looked up.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        // UInt16 alone would also take a sign.
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits)
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let bytes = Self.bytes(String(host.dropFirst().dropLast()), AF_INET6, 16) else {
                return nil
            }
            self.host = .v6(bytes)
        } else {
            guard let bytes = Self.bytes(String(host), AF_INET, 4) else { return nil }
            self.host = .v4(bytes)
        }
        self.port = port
    }

    private init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine reaches it: 127.0.0.0/8 and ::1.
    package var isLoopback: Bool {
        switch host {
        case .v4(let bytes): bytes.first == 127
        case .v6(let bytes): bytes == [UInt8](repeating: 0, count: 15) + [1]
        }
    }

    /// The same host with another port.
    func with(port: UInt16) -> TCPAddress { TCPAddress(host: host, port: port) }

    var family: Int32 {
        switch host {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    private static func bytes(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        // For C a text ends there.
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Lends the address in the shape that the kernel takes.
    func withSocketAddress<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        switch host {
        case .v4(let bytes):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            return Self.lend(&address, body)
        case .v6(let bytes):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return Self.lend(&address, body)
        }
    }

    private static func lend<Address, Value>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

extension TCPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let bytes: [UInt8]
        switch host {
        case .v4(let address), .v6(let address): bytes = address
        }
        // It cannot fail: the family is known, and the room enough.
        inet_ntop(family, bytes, &text, socklen_t(text.count))
        let name = String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return family == AF_INET6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    }
}
