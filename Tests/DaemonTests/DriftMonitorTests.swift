import Daemon
import DaemonInterface
import Foundation
import FrontEndSupport
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import TestSupport
import Testing

/// What the daemon makes of PFs that are not as the configuration asks.
@Suite struct DriftMonitorTests {
    private final class Case: Sendable {
        let fixture: DaemonFixture
        let monitor: DriftMonitor<SimulatedHost>
        private let clock = TestClock()

        init(
            _ handling: DaemonConfiguration.DriftHandling, vfs: Int = 2,
            _ configuration: String? =
                #"{"name": "pf0", "numVFs": 2, "vfDefaults": {"trust": "on"}}"#
        ) throws {
            fixture = try DaemonFixture(vfs: vfs)
            monitor = DriftMonitor(
                context: fixture.context, configurationPath: fixture.directory.path + "/c.json",
                handling: handling, log: fixture.log, now: { [clock] in clock.now })
            if let configuration { try configure(configuration) }
        }

        func configure(_ elements: String) throws {
            try Data(#"{"physicalFunctions": [\#(elements)]}"#.utf8).write(
                to: URL(filePath: fixture.directory.path + "/c.json"))
        }

        func pass(_ duration: Duration) { clock.pass(duration) }

        var steps: [String: [String]] {
            Dictionary(
                uniqueKeysWithValues: (monitor.report?.functions ?? []).map { ($0.name, $0.steps) })
        }

        var trusted: [Bool?] {
            (0..<2).map { fixture.host.kernel.vfs[SimulatedHost.vfAddress($0)]?.info.trust }
        }

        func setTrust(_ trust: Bool, of index: Int) {
            fixture.host.withKernel {
                $0.vfs[SimulatedHost.vfAddress(index)]?.info.trust = trust
            }
        }
    }

    private final class TestClock: Sendable {
        private let moment = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { moment.withLock { $0 } }

        func pass(_ duration: Duration) { moment.withLock { $0 += duration } }
    }

    @Test func withoutPFsInTheConfigurationThereIsNone() throws {
        let test = try Case(.remediate, nil)
        test.monitor.look()
        #expect(test.monitor.report == nil)
        try test.configure("")
        test.monitor.look()
        #expect(test.monitor.report == nil)
        #expect(test.fixture.lines.all.isEmpty)
    }

    @Test func selectorsThatSelectNothingAreNoDrift() throws {
        let test = try Case(
            .remediate,
            #"{"selectors": {"vendors": ["15b3"]}, "numVFs": 4}, {"name": "pf0", "numVFs": 2}"#)
        test.monitor.look()
        #expect(test.steps == ["pf0": []])
        #expect(test.fixture.lines.all.isEmpty)
    }

    @Test func driftIsToldOnceAndNothingIsDone() throws {
        let test = try Case(.report)
        for _ in 0..<3 { test.monitor.look() }
        #expect(
            test.steps == ["pf0": ["set trust of VF 0 to on", "set trust of VF 1 to on"]])
        #expect(test.monitor.report?.handling == "report")
        #expect(test.monitor.report?.functions.first?.stepCount == 2)
        #expect(test.trusted == [false, false])
        #expect(
            test.fixture.lines.all == [
                "<4>warning drift found=\"set trust of VF 0 to on; set trust of VF 1 to on\" pf=pf0\n"
            ])
        // Gone and come again, it is news.
        test.setTrust(true, of: 0)
        test.setTrust(true, of: 1)
        test.monitor.look()
        #expect(test.steps == ["pf0": []])
        test.setTrust(false, of: 0)
        test.setTrust(false, of: 1)
        test.monitor.look()
        #expect(test.fixture.lines.all.count == 2)
    }

    @Test func driftIsRemediated() throws {
        let test = try Case(.remediate)
        test.monitor.look()
        #expect(test.trusted == [true, true])
        #expect(test.steps == ["pf0": []])
        #expect(test.monitor.remediations == ["done": 2, "refused": 0, "failed": 0])
        #expect(
            test.fixture.lines.all.filter { $0.contains("mended") } == [
                "<6>info mended pf=pf0 step=\"set trust of VF 0 to on\"\n",
                "<6>info mended pf=pf0 step=\"set trust of VF 1 to on\"\n",
            ])
    }

    @Test func whatWasRemediatedAndComesBackIsReported() throws {
        let test = try Case(.remediate)
        for _ in 0..<3 {
            test.monitor.look()
            test.monitor.look()
            test.pass(.seconds(1000))
            test.setTrust(false, of: 0)
            test.setTrust(false, of: 1)
        }
        #expect(test.fixture.lines.all.filter { $0.contains("warning drift") }.count == 3)
    }

    @Test func aVFWithARecordIsNeverDisturbed() throws {
        let test = try Case(.remediate, #"{"name": "pf0", "numVFs": 1}"#)
        try test.fixture.attach(0, to: "c1")
        let before = test.fixture.host.kernel.vfs
        test.monitor.look()
        #expect(test.fixture.host.kernel.vfs == before)
        #expect(try test.fixture.context.store.attachments().count == 1)
        #expect(test.monitor.remediations == ["done": 0, "refused": 1, "failed": 0])
        #expect(test.steps == ["pf0": ["remove 2 VFs", "create 1 VF"]])
        #expect(test.fixture.lines.all.filter { $0.contains("it is in use") }.count == 1)
        // Nobody asks again and again, nor says so.
        test.pass(.seconds(59))
        test.monitor.look()
        #expect(test.monitor.remediations["refused"] == 1)
        test.pass(.seconds(2))
        test.monitor.look()
        #expect(test.monitor.remediations["refused"] == 2)
        #expect(test.fixture.lines.all.filter { $0.contains("it is in use") }.count == 1)
    }

    @Test func whatFailsIsTriedLessAndLessOften() throws {
        let test = try Case(.remediate)
        test.fixture.host.withKernel { $0.swallows = ["trust"] }
        var tries: [Int] = []
        for second in 0..<1000 {
            let before = test.monitor.remediations["failed"] ?? 0
            test.monitor.look()
            if (test.monitor.remediations["failed"] ?? 0) > before { tries.append(second) }
            test.pass(.seconds(1))
        }
        #expect(tries == [0, 60, 180, 420, 900])
        #expect(test.monitor.remediations["done"] == 0)
        // Each of the two is said once.
        #expect(test.fixture.lines.all.filter { $0.contains("not mended") }.count == 2)
    }

    @Test func somethingNewIsTriedAtOnce() throws {
        let test = try Case(
            .remediate, #"{"name": "pf0", "mtu": 1500, "vfDefaults": {"trust": "on"}}"#)
        test.fixture.host.withKernel { $0.swallows = ["trust"] }
        test.monitor.look()
        test.fixture.host.withKernel { kernel in
            guard let link = kernel.pfs[SimulatedHost.pfAddress()]?.linkIndex else { return }
            kernel.interfaces[link]?.link.mtu = 9000
        }
        test.pass(.seconds(1))
        test.monitor.look()
        #expect(test.monitor.remediations["done"] == 1)
        #expect(test.steps["pf0"]?.contains("set MTU to 1500") == false)
    }

    @Test func whoUndoesItAgainAndAgainDoesNotKeepTheDaemonBusy() throws {
        let test = try Case(.remediate)
        var remediations = 0
        for _ in 0..<600 {
            test.setTrust(false, of: 0)
            let before = test.monitor.remediations["done"] ?? 0
            test.monitor.look()
            if (test.monitor.remediations["done"] ?? 0) > before { remediations += 1 }
            test.pass(.seconds(1))
        }
        #expect(remediations == 4)
    }

    @Test func afterALongQuietItIsRemediatedAtOnceAgain() throws {
        let test = try Case(.remediate)
        test.monitor.look()
        test.pass(.seconds(1000))
        test.setTrust(false, of: 0)
        test.monitor.look()
        #expect(test.trusted == [true, true])
        // The pause begins anew, and is as short as the first.
        test.pass(.seconds(61))
        test.setTrust(false, of: 0)
        test.monitor.look()
        #expect(test.trusted == [true, true])
    }

    @Test func aConfigurationThatIsWrongIsSaidOnce() throws {
        let test = try Case(.remediate)
        test.monitor.look()
        try test.configure(#"{"name": "pf0", "numVFs": -1}"#)
        for _ in 0..<3 { test.monitor.look() }
        #expect(test.monitor.report?.error?.contains("physicalFunctions[0].numVFs") == true)
        #expect(test.fixture.log.recentFailures.count == 1)
        try test.configure(#"{"name": "pf0", "numVFs": 2}"#)
        test.monitor.look()
        #expect(test.monitor.report?.error == nil)
    }

    @Test func whatCannotBeIsTold() throws {
        let test = try Case(
            .remediate, #"{"name": "ens9", "numVFs": 1}, {"name": "pf0", "numVFs": 9}"#)
        test.monitor.look()
        #expect(
            test.monitor.report?.functions.map(\.problems) == [
                ["there is no such physical function with SR-IOV"],
                ["9 VFs are asked for, and it can have 7"],
            ])
        #expect(test.monitor.remediations == ["done": 0, "refused": 0, "failed": 0])
    }

    @Test func theReconcilersRunsLook() async throws {
        let test = try Case(.remediate)
        let monitor = test.monitor
        let reconciler = try Reconciler(
            interval: .seconds(3600), log: test.fixture.log,
            reconcile: { try test.fixture.context.attachments.recover() },
            afterwards: { monitor.look() })
        try await running(reconciler) {
            try await reach { reconciler.report.runs == 1 }
            #expect(test.trusted == [true, true])
            test.setTrust(false, of: 1)
            test.pass(.seconds(1000))
            reconciler.poke("0000:01:10.2 bound")
            try await reach { reconciler.report.runs == 2 }
            #expect(test.trusted == [true, true])
        }
    }
}
