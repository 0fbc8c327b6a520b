import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// The process that serves a runtime dies at any step of any call, and whatever comes next, the VF of a container
/// that lives is left alone, and in the end every VF is as it was.
@Suite struct RuntimeCrashTests {
    /// How far the endpoint has come before the call that dies.
    enum Stage: CaseIterable, Sendable {
        case free, reserved, joined, moved, attached, leaving, back
    }

    /// A call of the runtime or an administrator.
    enum Verb: CaseIterable, Sendable {
        case reserve, reserveAnother, join, confirmHandover, leave, end, recover

        func run(_ fixture: EngineFixture, in process: SimulatedHost) throws {
            let context = try fixture.context(in: process)
            switch self {
            case .reserve:
                _ = try fixture.reserve("e", .address(vf), settings, in: process)
            case .reserveAnother:
                _ = try fixture.reserve("f", .address(vf), VFSettings(trust: true), in: process)
            case .join: _ = try context.handovers.join(.docker("e"), sandbox: path)
            case .confirmHandover: _ = try context.handovers.confirm(.docker("e"))
            case .leave: try context.handovers.leave(.docker("e"))
            case .end: _ = try context.attachments.detach(DetachRequest(owner: .docker("e")))
            case .recover: _ = try context.attachments.recover()
            }
        }
    }

    private static let vf = SimulatedHost.vfAddress(0)
    private static let path = "/run/docker/netns/a"
    private static let settings = VFSettings(
        macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag(identifier: 100),
        maximumRate: 200, mtu: 1400)

    private func bring(_ fixture: EngineFixture, to stage: Stage) throws {
        guard stage != .free else { return }
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        guard stage != .reserved else { return }
        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        guard stage != .joined else { return }
        try fixture.runtimeMoves(joined, to: Self.path)
        guard stage != .moved else { return }
        _ = try fixture.context().handovers.confirm(.docker("e"))
        guard stage != .attached else { return }
        try fixture.context().handovers.leave(.docker("e"))
        guard stage != .leaving else { return }
        try fixture.runtimeMovesBack(Self.vf, from: Self.path, as: "pf0v0")
    }

    private func isInContainer(_ fixture: EngineFixture) -> Bool {
        fixture.host.withKernel { kernel in
            kernel.interfaces.values.contains {
                $0.virtualFunction == Self.vf && $0.namespace == kernel.paths[Self.path]
            }
        }
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], Stage.allCases)
    func whateverFollowsADeathAtAnyStepSetsItRight(
        driver: SimulatedDriver, stage: Stage
    ) throws {
        var deaths = 0
        for first in Verb.allCases {
            var step = 1
            while try run(driver, stage, first, dyingAt: step) { step += 1 }
            deaths += step - 1
        }
        #expect(deaths > 20)
    }

    /// - Returns: Whether the death was reached.
    private func run(
        _ driver: SimulatedDriver, _ stage: Stage, _ first: Verb, dyingAt step: Int
    ) throws -> Bool {
        var isReached = false
        for second in Verb.allCases {
            let host = SimulatedHost.withVFs(2, driver: driver)
            host.withKernel { kernel in kernel.vfs[Self.vf]?.hasBeenUp = true }
            let fixture = try EngineFixture(host)
            fixture.makeContainer(Self.path)
            let before = host.kernel.pristinePart
            try bring(fixture, to: stage)
            let what = "\(driver), \(stage), \(first) dies at \(step), \(second)"
            let wasInContainer = isInContainer(fixture)

            let victim = host.anotherProcess()
            victim.arm(.die(at: step))
            // What a dying process says is heard by nobody.
            try? first.run(fixture, in: victim)
            isReached = victim.faultWasReached
            guard isReached else { break }
            // It may be refused, for good reason: only what is left counts.
            try? second.run(fixture, in: host)
            if wasInContainer, first != .end, second != .end {
                #expect(isInContainer(fixture), "\(what)")
                let record = try fixture.store().attachment(of: Self.vf)
                #expect(record?.owner == .docker("e"), "\(what)")
            }

            host.deleteNamespace(Self.path)
            fixture.pass(seconds: 1000)
            _ = try fixture.context().attachments.recover()
            _ = try fixture.context().attachments.recover()
            #expect(host.kernel.pristinePart.vfs == before.vfs, "\(what)")
            #expect(host.kernel.pristinePart.interfaces == before.interfaces, "\(what)")
            #expect(try fixture.store().attachments().isEmpty, "\(what)")
        }
        return isReached
    }
}
