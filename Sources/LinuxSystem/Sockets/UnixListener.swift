internal import Glibc

/// A unix stream socket that takes connections.
package struct UnixListener: ~Copyable, Sendable {
    /// Where clients find it; empty for a socket without an address.
    package let path: String

    /// The file that was made for it; nil if somebody else made it, as systemd does.
    package let file: SocketFile?

    private let descriptor: Descriptor

    /// Makes a socket file and listens on it.
    ///
    /// A socket file that nobody listens on any more is replaced.
    ///
    /// - Parameters:
    ///   - path: Where; directories above it are made where missing.
    ///   - permissions: Those of the socket, whatever the umask: who may connect.
    ///   - directoryPermissions: Those of the directories that are made, whatever the umask.
    /// - Throws: `UnixListenerError` if a process listens there already, or if something else than a socket
    ///   is there; `SystemCallError`.
    package static func make(
        at path: String, permissions: UInt32 = 0o600, directoryPermissions: UInt32 = 0o755
    ) throws -> UnixListener {
        try prepare(path, directoryPermissions: directoryPermissions) {
            () throws(SystemCallError) in
            _ = try UnixStream.connect(to: path, allowance: .seconds(5))
        }
        let descriptor = try unixSocket(SOCK_STREAM, for: path)
        let file = try listen(descriptor.rawValue, at: UnixAddress(path), permissions)
        return UnixListener(path: path, file: file, descriptor: descriptor)
    }

    private init(path: String, file: SocketFile?, descriptor: consuming Descriptor) {
        self.path = path
        self.file = file
        self.descriptor = descriptor
    }

    /// Binds a socket, which makes its file, and listens.
    private static func listen(
        _ number: Int32, at address: UnixAddress, _ permissions: UInt32
    ) throws(SystemCallError) -> SocketFile {
        let path = address.path
        // The file takes over the mode of the socket: at no moment has it another.
        try systemCall("change the mode of socket", on: path) { fchmod(number, permissions) }
        try systemCall("bind socket", on: path) {
            address.withSocketAddress { bind(number, $0, $1) }
        }
        let file = try SocketFile(at: path)
        do {
            try systemCall("listen on socket", on: path) { Glibc.listen(number, backlog) }
        } catch {
            file.remove()
            throw error
        }
        return file
    }

    /// Takes over a socket that somebody else made and listens on.
    ///
    /// - Throws: `SystemCallError` with `EINVAL` if it is none of that kind.
    package static func takingOver(
        _ descriptor: consuming Descriptor, name: String
    ) throws(SystemCallError) -> UnixListener {
        let number = descriptor.rawValue
        guard try option(SO_DOMAIN, of: number, name) == AF_UNIX,
            try option(SO_TYPE, of: number, name) == Int32(SOCK_STREAM.rawValue),
            try option(SO_ACCEPTCONN, of: number, name) == 1
        else {
            throw SystemCallError(
                operation: "take over as a listening unix socket", subject: "inherited \(name)",
                errno: .invalidArgument)
        }
        let path = try UnixAddress.bound(to: number) ?? ""
        return UnixListener(path: path, file: nil, descriptor: descriptor)
    }

    /// Gives the descriptor away; its new owner closes it.
    package consuming func release() -> Int32 { descriptor.release() }

    /// Connections that wait to be taken, beyond which clients wait in connect(2).
    private static var backlog: Int32 { 1024 }

    private static func makeDirectories(
        _ path: String, _ permissions: UInt32
    ) throws(SystemCallError) {
        guard access(path, F_OK) != 0 else { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectories(String(path[..<slash]), permissions)
        }
        do {
            try systemCall("make directory", on: path) { mkdir(path, permissions) }
        } catch  where error.errno == .exists {
            return
        }
        try systemCall("change the mode of", on: path) { chmod(path, permissions) }
    }

    /// Makes the directories above a socket, and removes the file of a process that has gone; anything else that is
    /// there is refused.
    ///
    /// - Parameter connect: Tries to reach who may be there.
    /// - Throws: `UnixListenerError`, `SystemCallError`.
    static func prepare(
        _ path: String, directoryPermissions: UInt32 = 0o755,
        _ connect: () throws(SystemCallError) -> Void
    ) throws {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectories(String(path[..<slash]), directoryPermissions)
        }
        guard let type = try fileType(of: path) else { return }
        guard type == S_IFSOCK else { throw UnixListenerError.notASocket(path) }
        if try isAnswered(connect) { throw UnixListenerError.inUse(path) }
        try remove(path)
    }

    /// `S_IFSOCK` and its kin; nil if there is nothing.
    private static func fileType(of path: String) throws(SystemCallError) -> mode_t? {
        var status = stat()
        do {
            try systemCall("stat", on: path) { lstat(path, &status) }
        } catch  where error.errno == .noSuchFile {
            return nil
        }
        return status.st_mode & S_IFMT
    }

    private static func remove(_ path: String) throws(SystemCallError) {
        do {
            try systemCall("remove", on: path) { unlink(path) }
        } catch  where error.errno == .noSuchFile {
            return
        }
    }

    private static func isAnswered(
        _ connect: () throws(SystemCallError) -> Void
    ) throws(SystemCallError) -> Bool {
        do {
            try connect()
            return true
        } catch {
            switch error.errno {
            case .connectionRefused, .noSuchFile: return false
            // Its queue is full: somebody listens, if slowly.
            case .wouldBlock: return true
            default: throw error
            }
        }
    }

    private static func option(
        _ option: Int32, of socket: Int32, _ name: String
    ) throws(SystemCallError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try systemCall("look at socket", on: "inherited \(name)") {
            getsockopt(socket, SOL_SOCKET, option, &value, &length)
        }
        return value
    }
}

/// Makes a unix socket, close-on-exec.
func unixSocket(
    _ type: __socket_type, for subject: String
) throws(SystemCallError) -> Descriptor {
    Descriptor(
        owning: try systemCall("open socket", on: subject) {
            socket(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        })
}
