import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization

/// A context over a simulated host, with a state file and locks of its own in a temporary directory.
final class EngineFixture: Sendable {
    let host: SimulatedHost
    let directory: URL
    /// Addresses that the simulated front end has given out and not taken back, by owner.
    let leases = Mutex<Set<AttachmentOwner>>([])
    private let messages = Mutex<[String]>([])

    init(_ host: SimulatedHost) throws {
        self.host = host
        // In memory where that is possible: thousands of runs need no disk to be synchronised.
        let isInMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent =
            isInMemory ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory
        directory = parent.appending(path: "vfmap-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)  // A leftover in /tmp fails no test.
    }

    /// What the verbs warned of so far.
    var warnings: [String] { messages.withLock { $0 } }

    var statePath: String { directory.appending(path: "state.db").path }

    /// A store as a process of its own would open it, which dies with the simulated process.
    ///
    /// - Parameter process: Which process; nil for the fixture's own.
    func store(in process: SimulatedHost? = nil) -> AttachmentStore {
        let process = process ?? host
        return AttachmentStore(path: statePath, boot: host.kernel.boot) {
            try process.step("write the state file")
        }
    }

    /// A context as a new process would make it.
    ///
    /// - Parameter foreignClaims: What another program knows; nil for nothing.
    func context(
        in process: SimulatedHost? = nil, foreignClaims: ForeignClaims? = nil
    ) throws -> Context<SimulatedHost> {
        let process = process ?? host
        var timeouts = Timeouts()
        timeouts.lock = .milliseconds(50)
        timeouts.returnOfInterface = .milliseconds(50)
        return try Context(
            host: process, store: store(in: process),
            locks: LockDirectory(path: directory.path + "/locks"),
            timeouts: timeouts, foreignClaims: foreignClaims ?? .none,
            releaseFrontEnd: { [self] attachment in try release(attachment.owner, in: process) },
            warn: { [self] message in messages.withLock { $0.append(message) } })
    }

    private func release(_ owner: AttachmentOwner, in process: SimulatedHost) throws {
        try process.step("release address")
        leases.withLock { _ = $0.remove(owner) }
    }

    /// Changes the one record that there is.
    func changeRecord(_ change: (inout Attachment) -> Void) throws {
        for var attachment in try store().attachments() {
            change(&attachment)
            try store().update(attachment)
        }
    }

    /// An attach as a CNI ADD does it: the front end leases an address, and gives it back if a later step of
    /// its own fails.
    func attach(_ request: AttachRequest, in process: SimulatedHost? = nil) throws {
        let process = process ?? host
        try context(in: process).attachments.attach(request) { attached in
            let owner = attached.attachment.owner
            try process.step("lease address")
            leases.withLock { _ = $0.insert(owner) }
            do {
                if let link = attached.link, let network = IPNetwork("10.0.0.2/24") {
                    try process.addAddress(
                        InterfaceAddress(network: network), to: link, in: attached.namespace)
                }
            } catch {
                try release(owner, in: process)
                throw error
            }
        }
    }

    /// A detach as a CNI DEL does it: the front end takes its address back itself, with a record or without.
    ///
    /// Another process has a step between its looks at the records, so that they are no single one.
    func detach(_ request: DetachRequest, in other: SimulatedHost? = nil) throws {
        let process = other ?? host
        let claims = other.map { other in
            ForeignClaims(
                claim: { _ in nil },
                claimOfOwner: { _ in
                    try other.step("look for another program's claim")
                    return nil
                }, all: { [] }, forget: { _ in })
        }
        _ = try context(in: process, foreignClaims: claims).attachments.detach(request) { _ in
            try self.release(request.owner, in: process)
        }
    }
}

extension AttachmentOwner {
    static func cni(_ container: String, _ interface: String = "net1") -> Self {
        Self(frontEnd: "cni", network: "sriov-net", container: container, interfaceName: interface)
    }
}

extension AttachRequest {
    /// VF `index` for container `container`, whose namespace lies at `/run/netns/<container>`.
    static func vf(
        _ index: Int, for container: String, _ settings: VFSettings = VFSettings(),
        frontEndData: String? = "{}"
    ) -> Self {
        Self(
            owner: .cni(container), selection: .address(SimulatedHost.vfAddress(index)),
            settings: settings, namespacePath: "/run/netns/\(container)",
            frontEndData: frontEndData, hasLease: frontEndData != nil)
    }
}

extension VFSettings {
    /// Everything that a VF without interface takes.
    static var fullThroughPF: Self {
        var settings = full
        settings.mtu = nil
        settings.isPromiscuous = nil
        settings.receivesAllMulticast = nil
        return settings
    }

    /// Everything that igb can do.
    static var full: Self {
        Self(
            macAddress: MACAddress("02:11:22:33:44:55"),
            vlan: VLANTag(identifier: 100, qualityOfService: 3), maximumRate: 200,
            spoofCheck: false, trust: true, mtu: 1400, isPromiscuous: true,
            receivesAllMulticast: true, resetsOnRelease: true)
    }
}
