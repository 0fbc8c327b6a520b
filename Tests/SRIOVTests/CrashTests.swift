import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// A process that dies before any of its steps (a call of the kernel, a write to the state file, a call of the
/// IPAM), whatever it does, and whatever the next process does: no VF is lost, owned twice or dirty.
///
/// Every step of the first is covered. Otherwise the second verbs and their deaths are a sample, of which
/// `VFMAP_TEST_LONG=1` takes every verb and a quarter of the deaths.
@Suite struct CrashTests {
    static let isLong = ProcessInfo.processInfo.environment["VFMAP_TEST_LONG"] == "1"

    struct Case: Sendable, CustomStringConvertible {
        let driver: SimulatedDriver
        let stage: CrashStage
        let verb: CrashVerb

        var description: String { "\(driver), \(stage), \(verb)" }

        static let all = [SimulatedDriver.igb, .accepting].flatMap { driver in
            CrashStage.allCases.flatMap { stage in
                stage.verbs.map { Case(driver: driver, stage: stage, verb: $0) }
            }
        }
    }

    @Test(arguments: Case.all)
    func whateverFollowsADeathAtAnyStepSetsItRight(_ first: Case) throws {
        var step = 1
        while true {
            var isReached = false
            for (index, second) in CrashVerb.allCases.enumerated()
            where Self.isLong || (index + step) % 4 == 0 {
                isReached = try run(first, dyingAt: step, then: second, dyingAt: nil)
                // Where the second is to die: a sample that differs from step to step of the first.
                let sample =
                    Self.isLong
                    ? Array(stride(from: 1 + step % 4, to: 64, by: 4))
                    : [1 + (step * 7 + index * 13) % 45]
                for secondStep in sample
                where isReached {
                    let isSecondReached = try run(
                        first, dyingAt: step, then: second, dyingAt: secondStep)
                    if !isSecondReached { break }
                }
            }
            if !isReached { break }
            step += 1
        }
        #expect(step > 5)
    }

    /// - Returns: Whether the last of the deaths was reached.
    private func run(
        _ first: Case, dyingAt step: Int, then second: CrashVerb, dyingAt secondStep: Int?
    ) throws -> Bool {
        let host = SimulatedHost.withVFs(3, driver: first.driver)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        let fixture = try EngineFixture(host)
        let before = host.kernel
        try first.stage.set(fixture)
        let what = "\(first) dies at \(step), \(second)" + (secondStep.map { " at \($0)" } ?? "")

        let victim = host.anotherProcess()
        victim.arm(.die(at: step))
        // What a dying process says is heard by nobody.
        try? first.verb.run(fixture, in: victim)
        var isReached = victim.faultWasReached
        guard isReached || secondStep == nil else { return false }
        try expectSound(fixture, before, isAllFinished: false, what)

        let next = host.anotherProcess()
        if let secondStep { next.arm(.die(at: secondStep)) }
        // It may be refused, for good reason: only what is left counts.
        try? second.run(fixture, in: next)
        if secondStep != nil { isReached = next.faultWasReached }
        try expectSound(fixture, before, isAllFinished: false, what)

        _ = try fixture.context().attachments.recover()
        try expectSound(fixture, before, isAllFinished: true, what)
        for container in ["a", "b"] {
            try fixture.detach(.vf(0, of: container))
        }
        #expect(try fixture.store().attachments().isEmpty, "\(what)")
        try expectSound(fixture, before, isAllFinished: true, what)
        return isReached
    }

    private func expectSound(
        _ fixture: EngineFixture, _ before: SimulatedKernel, isAllFinished: Bool, _ what: String
    ) throws {
        let found = try fixture.contradictions(since: before, isAllFinished: isAllFinished)
        #expect(found == [], "\(what)")
    }
}
