import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization

/// A manager over a simulated host, with a state file and locks of its own in a temporary folder.
final class ManagerFixture: Sendable {
    let host: SimulatedHost
    let folder: URL
    /// Addresses that the simulated front end has given out and not taken back, by owner.
    let leases = Mutex<Set<AttachmentOwner>>([])
    private let messages = Mutex<[String]>([])

    init(_ host: SimulatedHost) throws {
        self.host = host
        folder = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)  // A leftover in /tmp fails no test.
    }

    /// What the manager warned of so far.
    var warnings: [String] { messages.withLock { $0 } }

    var statePath: String { folder.appending(path: "state.db").path }

    /// A store as a process of its own would open it, which dies with the simulated process.
    func store() -> AttachmentStore {
        AttachmentStore(path: statePath, boot: host.kernel.boot) { [host] in
            try host.step("write the state file")
        }
    }

    /// A manager as a new process would make it.
    func manager() -> Manager<SimulatedHost> {
        var patience = Patience()
        patience.lock = .milliseconds(50)
        return Manager(
            host: host, store: store(), locks: LockFolder(path: folder.path + "/locks"),
            patience: patience,
            releaseFrontEnd: { [self] attachment in
                try host.step("release address")
                leases.withLock { _ = $0.remove(attachment.owner) }
            },
            warn: { [self] message in messages.withLock { $0.append(message) } })
    }

    /// The front end's part of an attach: it leases an address, and gives it back if a later step of its own
    /// fails.
    func finish(_ attached: AttachedInterface<SimulatedHost>) throws {
        try host.step("lease address")
        leases.withLock { _ = $0.insert(attached.attachment.owner) }
        do {
            if let link = attached.link, let network = IPNetwork("10.0.0.2/24") {
                try host.addAddress(
                    InterfaceAddress(network: network), to: link, in: attached.namespace)
            }
        } catch {
            try host.step("release address")
            leases.withLock { _ = $0.remove(attached.attachment.owner) }
            throw error
        }
    }

    func attach(_ request: AttachRequest) throws {
        try manager().attach(request, finish: finish)
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
            frontEndData: frontEndData)
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
