import LinuxSystem
package import SRIOV
package import SimulatedHost
import Synchronization

/// A simulated host with a state file and locks of its own, on which programs of vfmap run.
package final class SimulatedMachine: Sendable {
    package let host: SimulatedHost
    private let temporary: TemporaryDirectory
    private let messages = Mutex<[String]>([])

    /// - Parameters:
    ///   - host: By default with one PF, `pf0` at 0000:01:00.0, and two VFs, `pf0v0` and `pf0v1`.
    ///   - directory: Where files lie; deleted with the machine.
    /// - Throws: If the directory cannot be made.
    package init(
        _ host: SimulatedHost = .withVFs(2), in directory: TemporaryDirectory? = nil
    ) throws {
        self.host = host
        temporary = try directory ?? TemporaryDirectory()
    }

    package var directory: String { temporary.path }

    package var statePath: String { directory + "/state.db" }

    package var locks: LockDirectory { LockDirectory(path: directory + "/locks") }

    /// What the verbs warned of so far.
    package var warnings: [String] { messages.withLock { $0 } }

    /// Takes a warning.
    package func warn(_ message: String) { messages.withLock { $0.append(message) } }

    /// A store as a process of its own opens it, which dies with that process.
    ///
    /// - Parameter process: nil for the machine's own.
    package func store(in process: SimulatedHost? = nil) -> AttachmentStore {
        let process = process ?? host
        return AttachmentStore(path: statePath, boot: host.kernel.boot) {
            try process.step("write the state file")
        }
    }

    /// A context as a new process makes it.
    ///
    /// - Parameters:
    ///   - process: nil for the machine's own.
    ///   - lock: How long verbs wait for locks.
    ///   - foreignClaims: What sriov-cni has written down.
    ///   - releaseFrontEnd: What gives back what a front end has given out.
    /// - Throws: What the simulated host throws.
    package func context(
        in process: SimulatedHost? = nil, lock: Duration = .milliseconds(50),
        foreignClaims: ForeignClaims = .none,
        releaseFrontEnd: @escaping @Sendable (Attachment) throws -> Void = { _ in }
    ) throws -> Context<SimulatedHost> {
        var timeouts = Timeouts()
        timeouts.lock = lock
        timeouts.returnOfInterface = .milliseconds(50)
        timeouts.busyDriver = .milliseconds(200)
        return try Context(
            host: process ?? host, store: store(in: process), locks: locks, timeouts: timeouts,
            foreignClaims: foreignClaims, releaseFrontEnd: releaseFrontEnd,
            warn: { [self] message in warn(message) })
    }

    /// Gives a VF to a container, whose namespace `/run/netns/<container>` is made for it.
    ///
    /// - Throws: What the attach throws.
    package func attach(
        _ index: Int, to container: String, frontEnd: String = "cni", interfaceName: String = "net1"
    ) throws {
        host.makeNamespace("/run/netns/\(container)")
        try context(lock: .seconds(300)).attachments.attach(
            AttachRequest(
                owner: AttachmentOwner(
                    frontEnd: frontEnd, network: "n", container: container,
                    interfaceName: interfaceName),
                selection: .address(SimulatedHost.vfAddress(index)), settings: VFSettings(),
                namespacePath: "/run/netns/\(container)")
        ) { _ in }
    }
}
