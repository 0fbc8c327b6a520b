import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost

/// What a process of a crash test does, most of it about the first VF of pf0.
enum CrashVerb: String, CaseIterable, Sendable {
    case attachA, attachB, attachOtherToA, attachAnyToA, attachAnyToB, detachA, detachB,
        detachOwnerA, recover, resize

    func run(_ fixture: EngineFixture, in process: SimulatedHost) throws {
        switch self {
        case .attachA: try fixture.attach(.vf(0, for: "a", .full), in: process)
        case .attachB: try fixture.attach(.vf(0, for: "b", .plain), in: process)
        case .attachOtherToA: try fixture.attach(.vf(1, for: "a", .full), in: process)
        case .attachAnyToA, .attachAnyToB:
            var request = AttachRequest.vf(0, for: self == .attachAnyToA ? "a" : "b", .plain)
            request.selection = .anyOf(physicalFunction: SimulatedHost.pfAddress())
            try fixture.attach(request, in: process)
        case .detachA: try fixture.detach(.vf(0, of: "a"), in: process)
        case .detachB: try fixture.detach(.vf(0, of: "b"), in: process)
        case .detachOwnerA: try fixture.detach(DetachRequest(owner: .cni("a")), in: process)
        case .recover: _ = try fixture.context(in: process).attachments.recover()
        case .resize:
            guard let function = try process.physicalFunction(at: SimulatedHost.pfAddress()) else {
                return
            }
            _ = try fixture.context(in: process).node.resize(
                function, to: function.virtualFunctions.count == 3 ? 2 : 3, force: true)
        }
    }
}

/// What came before the crash.
enum CrashStage: String, CaseIterable, Sendable {
    /// Nobody has a VF.
    case free
    /// Container a has the first VF.
    case attached
    /// It had: its namespace is gone, the VF is coming home.
    case abandoned
    /// Its namespace has lost its path, and a process holds it.
    case held

    func set(_ fixture: EngineFixture) throws {
        guard self != .free else { return }
        try fixture.attach(.vf(0, for: "a", .full))
        switch self {
        case .free, .attached: return
        case .abandoned: fixture.host.deleteNamespace("/run/netns/a")
        case .held: fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        }
    }

    /// What is worth crashing there.
    var verbs: [CrashVerb] {
        switch self {
        case .free: [.attachA, .resize]
        case .attached: [.detachA, .detachOwnerA, .resize]
        case .abandoned: [.attachB, .recover, .detachA, .detachOwnerA, .resize]
        case .held: [.attachB, .detachA]
        }
    }
}

extension DetachRequest {
    static func vf(_ index: Int, of container: String) -> Self {
        Self(
            owner: .cni(container), virtualFunction: SimulatedHost.vfAddress(index),
            namespacePath: "/run/netns/\(container)")
    }
}

extension VFSettings {
    /// Little, and other than `full`; the link state is none that igb knows, so that its record is written twice.
    static var plain: Self {
        Self(
            vlan: VLANTag(identifier: 5), trust: true, linkState: .enabled,
            toleratesUnsupportedLinkState: true)
    }
}
