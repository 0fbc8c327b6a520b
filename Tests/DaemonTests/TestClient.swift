import Foundation
import Glibc
import LinuxSystem
import Synchronization

/// A client with a bare socket, for saying what no HTTP library would say.
final class TestClient: Sendable {
    struct Silence: Error {}

    private let socket: Int32
    /// What one read gave beyond what was waited for: two answers may come in one piece.
    private let unread = Mutex<[UInt8]>([])

    /// A client of TCP.
    init(_ address: TCPAddress) throws {
        let isV6 = "\(address)".hasPrefix("[")
        socket = try systemCall("socket", on: "\(address)") {
            Glibc.socket(
                isV6 ? AF_INET6 : AF_INET,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
        let number = socket
        var time = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        do {
            try systemCall("connect", on: "\(address)") {
                if isV6 {
                    var target = sockaddr_in6()
                    target.sin6_family = sa_family_t(AF_INET6)
                    target.sin6_port = address.port.bigEndian
                    target.sin6_addr = in6addr_loopback
                    return Self.connect(number, &target)
                }
                var target = sockaddr_in()
                target.sin_family = sa_family_t(AF_INET)
                target.sin_port = address.port.bigEndian
                target.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                return Self.connect(number, &target)
            }
        } catch {
            close(socket)
            throw error
        }
    }

    private static func connect<Address>(_ socket: Int32, _ address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    init(_ path: String) throws {
        socket = try systemCall("socket", on: path) {
            Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
        let (number, address) = (socket, Self.address(path))
        var time = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        do {
            try systemCall("connect", on: path) {
                withUnsafePointer(to: address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
            }
        } catch {
            close(socket)
            throw error
        }
    }

    deinit { close(socket) }

    static func address(_ path: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return address
    }

    func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count { start += try sendPart(bytes[start...]) }
    }

    /// Sends as much as the kernel takes at once.
    ///
    /// - Returns: How many bytes it took, 0 too.
    func sendAtOnce(_ bytes: [UInt8]) throws -> Int {
        do {
            return try sendPart(bytes[...], Int32(MSG_DONTWAIT))
        } catch let error as SystemCallError where error.errno == .wouldBlock {
            return 0
        }
    }

    private func sendPart(_ bytes: ArraySlice<UInt8>, _ flags: Int32 = 0) throws -> Int {
        let number = socket
        return try systemCall("send", on: "") {
            bytes.withUnsafeBytes {
                Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | flags)
            }
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Says that nothing more will come.
    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Ends the connection as a process that dies does.
    func vanish() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// What one read gives; nil at the end.
    private func part() throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let number = socket
        let count = try systemCall("recv", on: "") { recv(number, &bytes, bytes.count, 0) }
        return count == 0 ? nil : Array(bytes[..<count])
    }

    /// Everything until the server closes.
    func readToEnd() throws -> String {
        var all = takeUnread()
        do {
            while let part = try part() { all += part }
        } catch let error as SystemCallError where error.errno.name == "ECONNRESET" {
            // As good as closed.
        }
        return String(decoding: all, as: UTF8.self)
    }

    private func takeUnread() -> [UInt8] {
        unread.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
    }

    /// Reads until something has come, which ends what is returned; what came with it is for the next read.
    func read(until end: String) throws -> String {
        var all = takeUnread()
        while true {
            if let range = all.firstRange(of: Array(end.utf8)) {
                unread.withLock { $0 = Array(all[range.upperBound...]) }
                return String(decoding: all[..<range.upperBound], as: UTF8.self)
            }
            guard let part = try part() else { throw Silence() }
            all += part
        }
    }

    /// Whether something can be read, the end too, within a time.
    func hears(within milliseconds: Int32) -> Bool {
        if !unread.withLock({ $0.isEmpty }) { return true }
        var file = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&file, 1, milliseconds) > 0
    }

    /// Waits until the server has closed, without reading.
    func waitForHangUp() {
        var file = pollfd(fd: socket, events: 0, revents: 0)
        poll(&file, 1, 300_000)
    }

    /// What a server answers in time that grants its clients little: one that is held up for so long by other work
    /// has said nothing, is closed without an answer, and asks again.
    static func insist(_ ask: () throws -> String) throws -> String {
        let deadline = Deadline(after: .seconds(120))
        while true {
            do {
                let answer = try ask()
                if answer != "" || deadline.hasPassed { return answer }
            } catch let error as SystemCallError
                where ["EPIPE", "ECONNRESET"].contains(error.errno.name) && !deadline.hasPassed
            {
                continue
            }
        }
    }

    /// One request by TCP, and everything until the server closes.
    static func ask(_ address: TCPAddress, _ text: String) throws -> String {
        let client = try TestClient(address)
        try client.send(text)
        return try client.readToEnd()
    }

    /// One request, and everything until the server closes.
    static func ask(_ path: String, _ text: String) throws -> String {
        let client = try TestClient(path)
        try client.send(text)
        return try client.readToEnd()
    }
}

/// Runs what blocks on a thread of its own, so that the tests' few threads go on.
func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try work() }) }.start()
    }
}

/// Waits until something is so.
///
/// - Throws: `NeverReached` if it is not within the allowance.
func reach(
    within allowance: Duration = .seconds(300), _ condition: @escaping @Sendable () -> Bool
) async throws {
    let deadline = Deadline(after: allowance)
    while !condition() {
        if deadline.hasPassed { throw NeverReached() }
        try await Task.sleep(for: .milliseconds(2))
    }
}

struct NeverReached: Error {}
