import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import TestSupport

/// A simulated machine with a front end that gives addresses out.
final class EngineFixture: Sendable {
    private let machine: SimulatedMachine
    /// Addresses that the simulated front end has given out and not taken back, by owner.
    let leases = Mutex<Set<AttachmentOwner>>([])

    init(_ host: SimulatedHost) throws {
        machine = try SimulatedMachine(host)
    }

    var host: SimulatedHost { machine.host }
    var directory: String { machine.directory }
    var statePath: String { machine.statePath }
    /// What the verbs warned of so far.
    var warnings: [String] { machine.warnings }

    func store(in process: SimulatedHost? = nil) -> AttachmentStore { machine.store(in: process) }

    /// A context as a new process makes it.
    ///
    /// - Parameter foreignClaims: What sriov-cni has written down.
    func context(
        in process: SimulatedHost? = nil, foreignClaims: ForeignClaims = .none
    ) throws -> Context<SimulatedHost> {
        try machine.context(
            in: process, foreignClaims: foreignClaims,
            releaseFrontEnd: { [self] attachment in
                try release(attachment.owner, in: process ?? host)
            })
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
        _ = try context(in: process, foreignClaims: claims ?? .none).attachments.detach(request) {
            _ in
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
