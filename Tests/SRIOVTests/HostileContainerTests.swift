import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Testing

/// A container that changes its namespace before any step of a verb, once or before every later step too: it may cost
/// itself its VF, and nobody else anything.
@Suite struct HostileContainerTests {
    /// A verb that works on the VF of a container, and how it is set up.
    enum Verb: String, CaseIterable {
        case attach, attachToAnother, detach, detachWithoutRecord, recover, check, resize
        case join, confirm, leave, end
    }

    struct Case: Sendable, CustomStringConvertible {
        let verb: Verb
        let act: HostileAct
        /// Whether it is done again before every later step.
        let goesOn: Bool

        var description: String { "\(verb), \(act)\(goesOn ? " again and again" : "")" }

        static let all = Verb.allCases.flatMap { verb in
            HostileAct.allCases.flatMap { act in
                [false, true].map { Case(verb: verb, act: act, goesOn: $0) }
            }
        }
    }

    private static let vf = SimulatedHost.vfAddress(0)
    private static let other = SimulatedHost.vfAddress(1)
    private static let path = "/run/netns/a"
    private static let settings = VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))

    @Test(arguments: Case.all)
    func nobodyElseLosesAnything(_ test: Case) throws {
        for step in 1... {
            guard try run(test, step) else { break }
        }
    }

    /// - Returns: Whether the step was reached.
    private func run(_ test: Case, _ step: Int) throws -> Bool {
        let what = "\(test), step \(step)"
        let host = SimulatedHost.withVFs(3)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        host.withKernel { kernel in
            kernel.change(Self.vf) { $0.link.alternativeNames = ["enp1s0f0v0"] }
            kernel.populated = [1]
        }
        let fixture = try EngineFixture(host)
        let before = host.kernel
        try prepare(test.verb, fixture)
        if test.verb == .detachWithoutRecord {
            for record in try fixture.store().attachments() where record.function == Self.vf {
                try fixture.store().remove(record)
            }
        }

        let process = host.anotherProcess()
        let act: SimulatedHost.Change = {
            test.act.perform(on: &$0, Self.vf, in: Self.path, other: Self.other)
        }
        if test.goesOn {
            process.before(everyStepFrom: step, act)
        } else {
            process.before(step: step, act)
        }
        // It may be refused: what is left counts.
        try? perform(test.verb, fixture, process)
        let isReached = process.faultWasReached
        try expectNothingLost(fixture, before, what)

        // The attacker stops, and the verb is tried again.
        host.withKernel { $0.endHostileContainer() }
        host.withKernel { $0.settle() }
        let next = host.anotherProcess()
        for record in try fixture.store().attachments() {
            try fixture.detach(DetachRequest(owner: record.owner), in: next)
        }
        _ = try fixture.context(in: next).attachments.recover()
        #expect(try fixture.store().attachments().isEmpty, "\(what)")
        #expect(host.kernel.foreignInterfaces == [], "\(what)")
        let known = test.verb != .detachWithoutRecord
        if known, test.verb != .resize {
            let found = try fixture.contradictions(since: before, isAllFinished: true)
            #expect(found == [], "\(what)")
        }
        return isReached
    }

    /// Whatever has happened: nothing foreign is in the host, and what is not as it was has a record.
    private func expectNothingLost(
        _ fixture: EngineFixture, _ before: SimulatedKernel, _ what: String
    ) throws {
        let kernel = fixture.host.kernel
        #expect(kernel.foreignInterfaces == [], "\(what)")
        let records = Set(try fixture.store().attachments().map(\.function))
        for (address, vf) in before.vfs where !records.contains(address) {
            guard let present = kernel.vfs[address], let number = present.linkIndex else {
                continue
            }
            guard what.hasPrefix("detachWithoutRecord") == false else { continue }
            let interface = kernel.interfaces[number]
            #expect(interface?.namespace == 0, "\(address): \(what)")
            #expect(
                interface?.link.name == before.interfaces[vf.linkIndex ?? 0]?.link.name, "\(what)")
        }
        // Whose VF it is not has lost nothing.
        if let record = try fixture.store().attachment(of: .cni("b")),
            record.phase == .attached, let number = kernel.vfs[record.function]?.linkIndex
        {
            #expect(kernel.interfaces[number]?.namespace == kernel.paths["/run/netns/b"], "\(what)")
        }
    }

    // MARK: The verbs

    private func prepare(_ verb: Verb, _ fixture: EngineFixture) throws {
        switch verb {
        case .attach:
            try fixture.attach(.vf(1, for: "a", .plain))
        case .attachToAnother, .recover:
            try fixture.attach(.vf(0, for: "a", .full))
            // Work that its process left: the VF is taken back from a container that lives.
            try fixture.changeRecord { $0.phase = .detaching }
        case .detach, .detachWithoutRecord, .check, .resize:
            try fixture.attach(.vf(0, for: "a", .full))
            var second = AttachRequest.vf(1, for: "a", .plain)
            second.owner.interfaceName = "net2"
            try fixture.attach(second)
        case .join:
            _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        case .confirm, .leave, .end:
            _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
            let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
            try fixture.runtimeMoves(joined, to: Self.path)
            if verb == .end { try fixture.context().handovers.leave(.docker("e")) }
        }
    }

    private func perform(
        _ verb: Verb, _ fixture: EngineFixture, _ process: SimulatedHost
    ) throws {
        let context = try fixture.context(in: process)
        switch verb {
        case .attach: try fixture.attach(.vf(0, for: "a", .full), in: process)
        case .attachToAnother: try fixture.attach(.vf(0, for: "b", .plain), in: process)
        case .detach, .detachWithoutRecord: try fixture.detach(.vf(0, of: "a"), in: process)
        case .recover: _ = try context.attachments.recover()
        case .check: _ = try context.attachments.check(.cni("a"))
        case .resize:
            guard let function = try process.physicalFunction(at: SimulatedHost.pfAddress()) else {
                return
            }
            _ = try context.node.resize(function, to: 0, force: true)
        case .join:
            _ = try context.handovers.join(.docker("e"), sandbox: Self.path)
            _ = try context.handovers.confirm(.docker("e"))
        case .confirm:
            _ = try context.handovers.confirm(.docker("e"))
            process.withKernel { $0.uptime += 10_000 }
            _ = try context.attachments.recover()
        case .leave:
            try context.handovers.leave(.docker("e"))
            process.withKernel { $0.uptime += 10_000 }
            _ = try context.attachments.recover()
        case .end: _ = try context.attachments.detach(DetachRequest(owner: .docker("e")))
        }
    }
}
