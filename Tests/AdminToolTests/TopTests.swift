import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@testable import AdminTool

/// `vfmap top` from counters to lines.
@Suite struct TopTests {
    /// Has the interface of a VF count.
    private static func count(
        _ index: Int, rxBytes: UInt64, txPackets: UInt64 = 0
    ) -> @Sendable (SimulatedHost) -> Void {
        { host in
            host.withKernel { kernel in
                guard let link = kernel.vfs[SimulatedHost.vfAddress(index)]?.linkIndex else {
                    return
                }
                var statistics = LinkStatistics()
                statistics.receivedBytes = rxBytes
                statistics.transmittedPackets = txPackets
                kernel.linkStatistics[link] = statistics
            }
        }
    }

    private static func nothing(_ host: SimulatedHost) {}

    private func blocks(_ run: AdminFixture.Run) -> [[String]] {
        run.output.components(separatedBy: "\n\n").map { block in
            block.split(separator: "\n").map(String.init)
        }
    }

    @Test func ratesAreThoseSinceTheSampleBefore() throws {
        try AdminFixture.with { fixture in
            var fixture = fixture
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            Self.count(0, rxBytes: 1000, txPackets: 10)(fixture.host)
            fixture.happenings = [
                Self.count(0, rxBytes: 251_000, txPackets: 13),
                Self.count(0, rxBytes: 251_000, txPackets: 13),
            ]
            let run = fixture.run("top")
            #expect(run.status == .success)
            #expect(run.errors.isEmpty)
            #expect(
                run.output == """
                    2023-11-14T22:13:20Z, over 2 s
                    VF            PF   #  RX bit/s  TX bit/s  RX pkt/s  TX pkt/s  DROP/s  SOURCE     OWNER
                    0000:01:10.0  pf0  0        1M         0         0       1.5       0  interface  cli blue/net1
                    0000:01:10.2  pf0  1         -         -         -         -       -  -          -

                    2023-11-14T22:13:20Z, over 2 s
                    VF            PF   #  RX bit/s  TX bit/s  RX pkt/s  TX pkt/s  DROP/s  SOURCE     OWNER
                    0000:01:10.0  pf0  0         0         0         0         0       0  interface  cli blue/net1
                    0000:01:10.2  pf0  1         -         -         -         -       -  -          -

                    """)
        }
    }

    @Test func aCounterThatGoesBackHasNoRate() throws {
        try AdminFixture.with { fixture in
            var fixture = fixture
            Self.count(0, rxBytes: 1000, txPackets: 10)(fixture.host)
            fixture.happenings = [Self.count(0, rxBytes: 0, txPackets: 12)]
            let line = blocks(fixture.run("top", "--interval", "1"))[0][2]
            #expect(
                line == "0000:01:10.0  pf0  0         -         0         0         2       0  "
                    + "interface  -")
        }
    }

    @Test func countEndsIt() throws {
        try AdminFixture.with { fixture in
            var fixture = fixture
            fixture.happenings = [Self.nothing, Self.nothing, Self.nothing]
            let run = fixture.run("top", "--count", "2")
            #expect(run.status == .success)
            #expect(blocks(run).count == 2)
        }
    }

    @Test func beingAskedToEndIsSuccess() throws {
        try AdminFixture.with { fixture in
            #expect(fixture.run("top") == .init(output: "", errors: [], status: .success))
        }
    }

    @Test func aSampleIsAnObjectInALine() throws {
        try AdminFixture.with { fixture in
            var fixture = fixture
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            Self.count(0, rxBytes: 0)(fixture.host)
            fixture.happenings = [Self.count(0, rxBytes: 100), Self.nothing]
            let lines = fixture.run("top", "--format", "json").output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines[0] == """
                    {"failures":{},"interval":2,"time":1700000000,"virtualFunctions":[{\
                    "address":"0000:01:10.0","index":0,"interface":"net1","owner":{\
                    "container":"blue","frontEnd":"cli","interface":"net1"},\
                    "physicalFunction":"0000:01:00.0","physicalFunctionInterface":"pf0",\
                    "rxBitsPerSecond":400,"rxDropsPerSecond":0,"rxPacketsPerSecond":0,\
                    "source":"interface","txBitsPerSecond":0,"txDropsPerSecond":0,\
                    "txPacketsPerSecond":0},{"address":"0000:01:10.2","index":1,\
                    "interface":"pf0v1","physicalFunction":"0000:01:00.0",\
                    "physicalFunctionInterface":"pf0"}]}
                    """)
        }
    }

    @Test(arguments: [
        ("address", [0, 1, 2]), ("rx", [1, 0, 2]), ("tx-packets", [0, 1, 2]), ("owner", [2, 0, 1]),
    ])
    func theOrderIsAsAskedFor(order: String, indexes: [Int]) throws {
        try AdminFixture.with(vfs: 3) { fixture in
            var fixture = fixture
            _ = fixture.run("attach", "0000:01:10.4", "--netns", "blue")
            Self.count(0, rxBytes: 0)(fixture.host)
            Self.count(1, rxBytes: 0)(fixture.host)
            fixture.happenings = [
                { host in
                    Self.count(0, rxBytes: 10, txPackets: 9)(host)
                    Self.count(1, rxBytes: 90, txPackets: 1)(host)
                }
            ]
            let rows = blocks(fixture.run("top", "--sort", order))[0].dropFirst(2)
            #expect(
                rows.map { String($0.prefix(12)) } == indexes.map { "0000:01:10.\($0 * 2)" })
        }
    }

    @Test func aTerminalIsRefreshedInPlaceAndNeverOverfull() throws {
        try AdminFixture.with(vfs: 7) { fixture in
            var fixture = fixture
            fixture.terminalLines = 6
            fixture.happenings = [Self.nothing, Self.nothing]
            let run = fixture.run("top")
            #expect(run.output.hasPrefix("\u{1b}[2J\u{1b}[H2023-"))
            #expect(run.output.components(separatedBy: "\u{1b}[2J").count == 2)
            let screens = run.output.components(separatedBy: "\u{1b}[H").dropFirst()
            #expect(screens.count == 2)
            for screen in screens {
                let lines = screen.components(separatedBy: "\u{1b}[K\n")
                #expect(lines.count == 6)
                #expect(lines[4] == "and 5 lines more")
                #expect(lines[5] == "\u{1b}[J")
            }
        }
    }

    @Test func whoMayNotReadTheStateFileIsToldOnce() throws {
        try AdminFixture.with { fixture in
            var fixture = fixture
            try Data(repeating: 0x61, count: 4096).write(to: URL(filePath: fixture.statePath))
            fixture.happenings = [Self.nothing, Self.nothing]
            let run = fixture.run("top")
            #expect(run.status == .success)
            #expect(
                run.errors == [
                    "vfmap: owners are not known: state file \(fixture.statePath): "
                        + "file is not a database"
                ])
        }
    }

    @Test(arguments: [
        (["--interval", "0"], "--interval"), (["--count", "0"], "--count"),
        (["--sort", "size"], "--sort"), (["--format", "xml"], "--format"), (["x"], "x"),
    ])
    func wrongArgumentsAreNamed(arguments: [String], name: String) throws {
        try AdminFixture.with { fixture in
            let run = fixture.run(["top"] + arguments)
            #expect(run.status == .usage)
            #expect(run.errors.count == 1)
            #expect(run.errors[0].contains(name))
        }
    }

    @Test(arguments: [
        (0.0, "0"), (0.5, "0.5"), (1.0, "1"), (9.994, "9.99"), (9.995, "10"), (12.34, "12.3"),
        (99.94, "99.9"), (99.95, "100"), (999.4, "999"), (999.5, "1k"), (1234, "1.23k"),
        (1e9, "1G"), (123_456_789, "123M"), (1e17, "100P"), (1e19, "10000P"),
    ])
    func numbersAreShort(number: Double, text: String) {
        #expect(shortened(number) == text)
    }
}
