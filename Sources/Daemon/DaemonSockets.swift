internal import DaemonInterface
internal import LinuxSystem
internal import Logging

/// The sockets of the daemon: those that systemd hands over, and those that it makes itself.
struct DaemonSockets: ~Copyable {
    /// nil if Docker has no part in it.
    var docker: UnixListener?
    var status: UnixListener
    /// nil if metrics are served nowhere.
    var metrics: ServerSocket?
    /// Where short-lived programs tell of their operations; nil if nobody asks for metrics.
    let events: DatagramReceiver?
    /// Where clients find them.
    let addresses: DaemonReport.Sockets

    /// - Parameters:
    ///   - inherited: By the names `docker` and `status`.
    ///   - lockPath: Keeps two daemons from replacing each other's sockets at the same moment.
    ///   - eventsPath: Where short-lived programs tell of their operations.
    /// - Throws: `UnixListenerError`, `SystemCallError`.
    static func open(
        _ configuration: DaemonConfiguration, inherited: [InheritedSocket], lockPath: String,
        eventsPath: String, log: DaemonLog
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
        defer { withExtendedLifetime(lock) {} }
        // What was made first must not stay behind if the second cannot be made.
        let status = try listener("status", configuration.statusSocket, inherited)
        let file = status.file
        var addresses = DaemonReport.Sockets(docker: nil, status: status.path)
        var docker: UnixListener?
        if let path = configuration.dockerSocket {
            do {
                let made = try listener("docker", path, inherited)
                addresses.docker = made.path
                docker = consume made
            } catch {
                file?.remove()
                throw error
            }
        }
        var metrics: ServerSocket?
        var events: DatagramReceiver?
        if let address = configuration.metrics, let made = Self.metrics(at: address, log) {
            addresses.metrics = made.address
            metrics = consume made
            events = Self.events(at: eventsPath, log)
        }
        return DaemonSockets(
            docker: docker, status: status, metrics: metrics, events: events,
            addresses: addresses)
    }

    /// nil, with an error in the log, if metrics cannot be served: metrics must never break networking.
    private static func metrics(at address: MetricsAddress, _ log: DaemonLog) -> ServerSocket? {
        do {
            switch address {
            case .unix(let path): return ServerSocket(try UnixListener.make(at: path))
            case .tcp(let address): return ServerSocket(try TCPListener.make(at: address))
            }
        } catch {
            log.failure(.error, "metrics are not served", ["error": "\(error)"])
            return nil
        }
    }

    /// nil, with an error in the log, if nobody can be heard.
    private static func events(at path: String, _ log: DaemonLog) -> DatagramReceiver? {
        do {
            return try DatagramReceiver(at: path)
        } catch {
            log.failure(
                .error, "operations of other programs are not counted", ["error": "\(error)"])
            return nil
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
