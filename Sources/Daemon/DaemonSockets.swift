internal import DaemonInterface
internal import LinuxSystem
internal import Logging

/// The sockets of the daemon: those that systemd hands over, and those that it makes itself.
struct DaemonSockets: ~Copyable {
    /// nil if Docker has no part in it.
    var docker: UnixListener?
    var status: UnixListener
    /// Where clients find them.
    let addresses: DaemonReport.Sockets

    /// - Parameters:
    ///   - inherited: By the names `docker` and `status`.
    ///   - lockPath: Keeps two daemons from replacing each other's sockets at the same moment.
    /// - Throws: `UnixListenerError`, `SystemCallError`.
    static func open(
        _ configuration: DaemonConfiguration, inherited: [InheritedSocket], lockPath: String,
        log: DaemonLog
    ) throws -> DaemonSockets {
        for socket in inherited {
            switch socket.name {
            case "docker" where configuration.dockerSocket != nil, "status": break
            default:
                log.failure(
                    .warning, "inherited a socket that is not used", ["name": "\(socket.name)"])
            }
        }
        let lock = try FileLock(
            path: lockPath, mode: .exclusive, deadline: Deadline(after: .seconds(10)))
        return try withExtendedLifetime(lock) {
            // What was made first must not stay behind if the second cannot be made.
            let status = try listener("status", configuration.statusSocket, inherited)
            guard let path = configuration.dockerSocket else {
                let addresses = DaemonReport.Sockets(docker: nil, status: status.path)
                return DaemonSockets(docker: nil, status: status, addresses: addresses)
            }
            let file = status.file
            do {
                let docker = try listener("docker", path, inherited)
                let addresses = DaemonReport.Sockets(docker: docker.path, status: status.path)
                return DaemonSockets(docker: docker, status: status, addresses: addresses)
            } catch {
                file?.remove()
                throw error
            }
        }
    }

    private static func listener(
        _ name: String, _ path: String, _ inherited: [InheritedSocket]
    ) throws -> UnixListener {
        if let socket = inherited.first(where: { $0.name == name }) {
            return try socket.listener()
        }
        return try UnixListener.make(at: path)
    }
}
