import Daemon
import DaemonInterface
import Glibc
import LinuxSystem
import SimulatedHost
import Synchronization
import Testing

@testable import SRIOV

@Suite struct ReconcilerTests {
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "the disk is full" }
    }

    @Test func itRunsAtTheStart() async throws {
        let fixture = try DaemonFixture()
        let reconciler = try Reconciler(interval: .seconds(3600), log: fixture.log) {
            try fixture.context.attachments.recover()
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 1 }
            let last = try #require(reconciler.report.last)
            #expect(last.reason == "start")
            #expect(last.entries == 0)
            #expect(last.failures == 0)
            // Nothing was to be done, so nothing is said.
            #expect(fixture.lines.all.isEmpty)
        }
    }

    @Test func aPokeBringsBackTheVFOfAContainerThatHasGone() async throws {
        let fixture = try DaemonFixture()
        try fixture.attach(0, to: "c1")
        let reconciler = try Reconciler(interval: .seconds(3600), log: fixture.log) {
            try fixture.context.attachments.recover()
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 1 }
            #expect(try fixture.context.store.attachments().count == 1)
            fixture.host.deleteNamespace("/run/netns/c1")
            reconciler.poke("pf0v0 appeared")
            try await reach { reconciler.report.runs == 2 }
            #expect(try fixture.context.store.attachments().isEmpty)
            let last = try #require(reconciler.report.last)
            #expect(last.reason == "pf0v0 appeared")
            #expect(last.entries == 1)
            #expect(last.failures == 0)
            #expect(
                fixture.lines.all == [
                    "<6>info brought back owner=\"docker n c1/eth0\" reason=\"pf0v0 appeared\" "
                        + "vf=0000:01:10.0\n"
                ])
        }
    }

    @Test func manyPokesAreOneRun() async throws {
        let handler = HeldHandler()
        let reconciler = try Reconciler(
            interval: .seconds(3600), settling: .milliseconds(10), log: LogLines().log()
        ) {
            _ = handler.answer(HTTPRequest(method: "", path: ""))
            return RecoveryReport(entries: [])
        }
        try await running(reconciler) {
            try await reach { handler.progress.running == 1 }
            // As long as they take: the first run does not end before.
            for number in 0..<1000 { reconciler.poke("a\(number)") }
            handler.letGo()
            try await reach { reconciler.report.runs == 2 }
            #expect(reconciler.report.last?.reason == "a0, a1, a2, a3")
            reconciler.poke("b")
            try await reach { reconciler.report.runs == 3 }
            #expect(reconciler.report.last?.reason == "b")
        }
        #expect(handler.progress.finished == 3)
    }

    @Test func whatFollowsAPokeAtOnceIsWaitedFor() async throws {
        let reconciler = try Reconciler(
            interval: .seconds(36000), settling: .seconds(3600), log: LogLines().log()
        ) { RecoveryReport(entries: []) }
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 1 }
            for number in 0..<1000 { reconciler.poke("a\(number)") }
            let wait = (reconciler.report.next ?? 0) - Int64(time(nil))
            #expect((1800...3601).contains(wait))
            #expect(reconciler.report.runs == 1)
        }
    }

    @Test func aPokeDuringARunIsNotLost() async throws {
        let handler = HeldHandler()
        let reconciler = try Reconciler(
            interval: .seconds(3600), settling: .milliseconds(10), log: LogLines().log()
        ) {
            _ = handler.answer(HTTPRequest(method: "", path: ""))
            return RecoveryReport(entries: [])
        }
        try await running(reconciler) {
            try await reach { handler.progress.running == 1 }
            #expect(reconciler.report.next == nil)
            reconciler.poke("late")
            handler.letGo()
            try await reach { reconciler.report.last?.reason == "late" }
            #expect(reconciler.report.runs == 2)
        }
    }

    @Test func theTimerRunsIt() async throws {
        let reconciler = try Reconciler(interval: .milliseconds(20), log: LogLines().log()) {
            RecoveryReport(entries: [])
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs >= 4 }
            #expect(reconciler.report.last?.reason == "timer")
        }
    }

    @Test func theEndOfTheTimeoutRunsItBeforeTheTimer() async throws {
        let runs = Mutex(0)
        let reconciler = try Reconciler(interval: .seconds(3600), log: LogLines().log()) {
            var report = RecoveryReport(entries: [])
            let run = runs.withLock { runs in
                runs += 1
                return runs
            }
            if run < 3 { report.nextDeadline = .milliseconds(20) }
            return report
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 3 }
            #expect((reconciler.report.next ?? 0) > Int64(time(nil)) + 3000)
        }
    }

    @Test func aRunThatFailsIsSaidOnceAndTheNextOneComes() async throws {
        let lines = LogLines()
        let runs = Mutex(0)
        let log = lines.log()
        let reconciler = try Reconciler(interval: .milliseconds(10), log: log) {
            let run = runs.withLock { runs in
                runs += 1
                return runs
            }
            if run <= 3 { throw Broken() }
            return RecoveryReport(entries: [])
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs >= 5 }
            #expect(reconciler.report.last?.failures == 0)
        }
        let said = "reconciliation failed error=\"the disk is full\" reason=start"
        #expect(lines.all == ["<4>warning \(said)\n"])
        #expect(log.recentFailures.map(\.text) == [said])
    }

    @Test func whatIsLeftToDoIsSaidOnce() async throws {
        let fixture = try DaemonFixture()
        try fixture.attach(1, to: "c1")
        let attachment = try #require(try fixture.context.store.attachments().first)
        let reconciler = try Reconciler(interval: .milliseconds(10), log: fixture.log) {
            RecoveryReport(entries: [
                .init(attachment: attachment, result: .incomplete(["no carrier"]))
            ])
        }
        try await running(reconciler) {
            try await reach { reconciler.report.runs >= 3 }
            #expect(reconciler.report.last?.entries == 1)
            #expect(reconciler.report.last?.failures == 1)
        }
        #expect(
            fixture.lines.all == [
                "<4>warning not brought back error=\"no carrier\" owner=\"docker n c1/eth0\" "
                    + "reason=start vf=0000:01:10.2\n"
            ])
    }

    @Test func aRunThatHasBegunIsFinishedAtTheShutdown() async throws {
        let handler = HeldHandler()
        let reconciler = try Reconciler(interval: .seconds(3600), log: LogLines().log()) {
            _ = handler.answer(HTTPRequest(method: "", path: ""))
            return RecoveryReport(entries: [])
        }
        try await running(reconciler) {
            try await reach { handler.progress.running == 1 }
            Task {
                try await Task.sleep(for: .milliseconds(50))
                handler.letGo()
            }
        }
        #expect(handler.progress.finished == 1)
    }
}
