import AdminTool
import FrontEndSupport
import Glibc
import LinuxSystem
import Node
import PCIDevices
import SRIOV
import SimulatedHost
import Synchronization
import TestSupport
import Testing

/// The program on a simulated machine, with a state file of its own.
struct AdminFixture: Sendable {
    /// What a run wrote, and how it ended.
    struct Run: Hashable {
        let output: String
        let errors: [String]
        let status: CommandStatus
    }

    let host: SimulatedHost
    let directory: String
    /// What sriov-cni has attached.
    var foreignClaims = ForeignClaims.none
    /// What happens to devices while a command listens; then its time is over.
    var deviceEvents: [DeviceEvent] = []
    /// The lines of the terminal that standard output leads to; nil for none.
    var terminalLines: Int?
    /// What happens at each wait of a command that goes on, which is asked to end after the last.
    var happenings: [@Sendable (SimulatedHost) -> Void] = []
    /// What the daemon is told.
    let told = ToldEvents()

    /// A host with one PF, `pf0`, and its VFs, and the namespaces `blue` and `red`.
    static func with<Value>(vfs: Int = 2, _ body: (AdminFixture) throws -> Value) throws -> Value {
        let machine = try SimulatedMachine(
            .withVFs(vfs), in: TemporaryDirectory(isInMemory: false))
        let fixture = AdminFixture(host: machine.host, directory: machine.directory)
        defer { withExtendedLifetime(machine) {} }
        fixture.host.makeNamespace("/run/netns/blue")
        fixture.host.makeNamespace("/run/netns/red")
        return try body(fixture)
    }

    var statePath: String { directory + "/state.db" }

    var store: AttachmentStore {
        AttachmentStore(path: statePath, boot: host.kernel.boot)
    }

    func run(
        _ arguments: [String], isPrivileged: Bool = true, environment: [String: String] = [:],
        output: ((String) throws -> Void)? = nil
    ) -> Run {
        let boot = host.kernel.boot
        let program = AdminProgram<SimulatedHost>(
            environment: .other(["VFMAP_STATE": statePath].merging(environment) { $1 }),
            isPrivileged: isPrivileged, lookups: Self.lookups,
            openDeviceFeed: { [deviceEvents] source in
                var left = deviceEvents[...]
                return DeviceFeed(source: source ?? .kernel, next: { _ in left.popFirst() })
            },
            screen: Screen(lines: { [terminalLines] in terminalLines }),
            makeTicker: { [happenings, host] in
                var left = happenings[...]
                var time = 0.0
                return Ticker(
                    now: { time },
                    wait: { seconds in
                        guard let happening = left.popFirst() else { return false }
                        time += seconds
                        happening(host)
                        return true
                    })
            },
            tell: { [told] in told.append($0) },
            makeContext: { installation, warn in
                try Context(
                    host: host,
                    store: AttachmentStore(
                        paths: installation.state, boot: boot,
                        access: isPrivileged ? .readWrite : .readOnly),
                    locks: LockDirectory(path: directory + "/locks"), foreignClaims: foreignClaims,
                    releaseFrontEnd: { _ in }, warn: warn)
            })
        let errors = Mutex<[String]>([])
        var written = ""
        let status = program.run(
            arguments,
            output: { text in
                if let output { try output(text) }
                written += text
            },
            diagnostics: { line in errors.withLock { $0.append(line) } })
        return Run(output: written, errors: errors.withLock { $0 }, status: status)
    }

    func run(_ arguments: String...) -> Run { run(arguments) }

    /// pci.ids knows Intel and its PF, and devlink the mode of the PF.
    static let lookups = DeviceLookups(
        names: { vendor, device in
            DeviceNames(
                vendor: vendor == 0x8086 ? "Intel Corporation" : nil,
                device: device == 0x10c9 ? "82576 Gigabit Network Connection" : nil)
        },
        eswitchMode: { $0 == SimulatedHost.pfAddress() ? "legacy" : nil })
}

/// What the daemon was told, without how long it took.
final class ToldEvents: Sendable {
    private let events = Mutex<[String]>([])

    var all: [String] { events.withLock { $0 } }

    func append(_ event: OperationEvent) {
        events.withLock {
            $0.append("\(event.kind) \(event.operation) \(event.result.rawValue)")
        }
    }
}
