internal import Glibc
internal import Synchronization

/// A socket that systemd opened for this process (`LISTEN_FDS`).
package final class InheritedSocket: Sendable {
    /// What the unit calls it (`FileDescriptorName=`); empty if nobody named it.
    package let name: String

    private let descriptor: Mutex<Descriptor?>

    private init(name: String, descriptor: consuming Descriptor) {
        self.name = name
        self.descriptor = Mutex(consume descriptor)
    }

    /// Takes charge of the sockets that were left to this process; they are close-on-exec from then on.
    ///
    /// Call it once, before anything else opens descriptors or starts processes.
    ///
    /// - Parameters:
    ///   - environment: Of it `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES` are read.
    ///   - first: The number of the first socket.
    /// - Returns: None if the variables are missing, or meant for another process.
    /// - Throws: `SystemCallError` if one of the descriptors is not open.
    package static func takeAll(
        environment: [String: String], first: Int32 = 3
    ) throws(SystemCallError) -> [InheritedSocket] {
        guard environment["LISTEN_PID"].flatMap(Int32.init) == getpid(),
            let count = environment["LISTEN_FDS"].flatMap(Int32.init), (1...64).contains(count)
        else { return [] }
        let names = (environment["LISTEN_FDNAMES"] ?? "")
            .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var sockets: [InheritedSocket] = []
        for offset in 0..<count {
            let number = first + offset
            let flags = try systemCall("look at", on: "inherited descriptor \(number)") {
                fcntl(number, F_GETFD)
            }
            try systemCall("set close-on-exec of", on: "inherited descriptor \(number)") {
                fcntl(number, F_SETFD, flags | FD_CLOEXEC)
            }
            sockets.append(
                InheritedSocket(
                    name: Int(offset) < names.count ? names[Int(offset)] : "",
                    descriptor: Descriptor(owning: number)))
        }
        return sockets
    }

    /// Makes a listener of it; call it once.
    ///
    /// - Throws: `SystemCallError` with `EINVAL` if it is not a listening unix socket, with `EBADF` at a
    ///   second call.
    package func listener() throws(SystemCallError) -> UnixListener {
        guard let descriptor = descriptor.withLock({ $0.take() }) else {
            throw SystemCallError(
                operation: "take over", subject: "inherited \(name)",
                errno: ErrorNumber(rawValue: EBADF))
        }
        return try UnixListener.takingOver(descriptor, name: name)
    }
}
