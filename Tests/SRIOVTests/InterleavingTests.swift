import Foundation
import Fuzzing
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Two processes at once on one machine, their steps in many orders, and one of them dead at some step in half
/// of the runs: no VF is lost, owned twice or dirty.
///
/// `VFMAP_TEST_LONG=1` runs fifty times as many orders.
@Suite struct InterleavingTests {
    struct Case: Sendable, CustomStringConvertible {
        let driver: SimulatedDriver
        let stage: CrashStage
        let first: CrashVerb
        let second: CrashVerb

        var description: String { "\(driver), \(stage), \(first) beside \(second)" }

        private static let pairs: [(CrashStage, CrashVerb, CrashVerb)] = [
            (.free, .attachA, .attachB), (.free, .attachA, .attachA),
            (.free, .attachA, .attachOtherToA), (.free, .attachA, .detachA),
            (.free, .attachA, .attachAnyToB),
            (.abandoned, .attachAnyToB, .attachB), (.free, .attachA, .recover),
            (.free, .attachA, .resize),
            (.free, .attachA, .detachOwnerA), (.free, .attachAnyToA, .detachOwnerA),
            (.attached, .detachA, .detachOwnerA), (.attached, .detachOwnerA, .attachAnyToB),
            (.attached, .detachOwnerA, .attachOtherToA), (.abandoned, .attachB, .detachOwnerA),
            (.attached, .detachA, .attachB), (.attached, .detachA, .detachA),
            (.attached, .detachA, .recover), (.attached, .detachA, .resize),
            (.attached, .detachA, .attachOtherToA), (.abandoned, .attachB, .detachA),
            (.abandoned, .attachB, .recover), (.abandoned, .attachB, .resize),
            (.abandoned, .recover, .recover), (.held, .attachB, .detachA),
        ]

        static let all = [SimulatedDriver.igb, .accepting].flatMap { driver in
            pairs.map { Case(driver: driver, stage: $0.0, first: $0.1, second: $0.2) }
        }
    }

    @Test(arguments: Case.all)
    func twoVerbsAtOnce(_ pair: Case) throws {
        for seed in 1...UInt64(CrashTests.isLong ? 200 : 4) {
            try run(pair, seed: seed)
        }
    }

    private func run(_ pair: Case, seed: UInt64) throws {
        let what = "\(pair), seed \(seed)"
        let host = SimulatedHost.withVFs(3, driver: pair.driver)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        let fixture = try EngineFixture(host)
        let before = host.kernel
        try pair.stage.set(fixture)

        var generator = SeededGenerator(seed: seed)
        let turns = SimulatedTurns(players: 2, seed: seed)
        let threads = [pair.first, pair.second].enumerated().map { number, verb in
            let player = turns.player(number)
            let process = host.anotherProcess(turns: player)
            if number == 0, seed.isMultiple(of: 2) {
                process.arm(.die(at: Int.random(in: 1...60, using: &generator)))
            }
            return VerbThread {
                // It may be refused, or die: only what is left counts.
                try? verb.run(fixture, in: process)
                player.leave()
            }
        }
        for thread in threads { thread.join() }

        try expectSound(fixture, before, isAllFinished: false, what)
        #expect(try fixture.context().attachments.recover().isComplete, "\(what)")
        try expectSound(fixture, before, isAllFinished: true, what)
        for index in [0, 1] {
            for container in ["a", "b"] { try fixture.detach(.vf(index, of: container)) }
        }
        #expect(try fixture.store().attachments().isEmpty, "\(what)")
        try expectSound(fixture, before, isAllFinished: true, what)
    }

    private func expectSound(
        _ fixture: EngineFixture, _ before: SimulatedKernel, isAllFinished: Bool, _ what: String
    ) throws {
        let found = try fixture.contradictions(since: before, isAllFinished: isAllFinished)
        #expect(found == [], "\(what)")
    }
}
