import Daemon
import LinuxSystem
import Logging
import SRIOV
import ServiceLifecycle
import SimulatedHost
import Synchronization

/// A simulated host with a context, and a log that can be read.
final class DaemonFixture: Sendable {
    let directory: TestDirectory
    let host: SimulatedHost
    let context: Context<SimulatedHost>
    let log: DaemonLog
    let lines: LogLines

    init(vfs: Int = 2) throws {
        directory = try TestDirectory()
        host = SimulatedHost.withVFs(vfs)
        let lines = LogLines()
        self.lines = lines
        log = lines.log()
        var timeouts = Timeouts()
        // Services and the tests wait for each other, on a slow machine for long.
        timeouts.lock = .seconds(300)
        timeouts.returnOfInterface = .milliseconds(50)
        context = try Context(
            host: host,
            store: AttachmentStore(path: directory.path + "/state.db", boot: host.kernel.boot),
            locks: LockDirectory(path: directory.path + "/locks"), timeouts: timeouts,
            releaseFrontEnd: { _ in }, warn: { _ in })
    }

    /// Gives a VF to a container whose namespace is made for it.
    func attach(_ index: Int, to container: String) throws {
        host.makeNamespace("/run/netns/\(container)")
        try context.attachments.attach(
            AttachRequest(
                owner: AttachmentOwner(
                    frontEnd: "docker", network: "n", container: container, interfaceName: "eth0"),
                selection: .address(SimulatedHost.vfAddress(index)), settings: VFSettings(),
                namespacePath: "/run/netns/\(container)", frontEndData: nil)
        ) { _ in }
    }
}

/// The lines of a log, without their times.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func log(level: Logger.Level = .info) -> DaemonLog {
        DaemonLog(
            Logger(label: "test") { _ in
                LineLogHandler(level: level, prefix: .priority, isJSON: false) { line in
                    self.lines.withLock { $0.append(line) }
                }
            })
    }
}

/// Runs a service for as long as the body takes.
func running(_ service: any Service, _ body: () async throws -> Void) async throws {
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [.init(service: service, successTerminationBehavior: .ignore)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    let task = Task { try await group.run() }
    do {
        try await body()
    } catch {
        await group.triggerGracefulShutdown()
        try? await task.value
        throw error
    }
    await group.triggerGracefulShutdown()
    try await task.value
}
