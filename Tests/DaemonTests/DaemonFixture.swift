import Daemon
import LinuxSystem
import Logging
import SRIOV
import ServiceLifecycle
import SimulatedHost
import Synchronization
import TestSupport

/// A simulated host with a context, and a log that can be read.
final class DaemonFixture: Sendable {
    let directory: TemporaryDirectory
    let context: Context<SimulatedHost>
    let log: DaemonLog
    let lines: LogLines
    private let machine: SimulatedMachine

    init(vfs: Int = 2) throws {
        directory = try TemporaryDirectory(isInMemory: false)
        machine = try SimulatedMachine(.withVFs(vfs), in: directory)
        let lines = LogLines()
        self.lines = lines
        log = lines.log()
        // Services and the tests wait for each other, on a slow machine for long.
        context = try machine.context(lock: .seconds(300))
    }

    var host: SimulatedHost { machine.host }

    /// Gives a VF to a container whose namespace is made for it.
    func attach(_ index: Int, to container: String) throws {
        try machine.attach(index, to: container, frontEnd: "docker", interfaceName: "eth0")
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
