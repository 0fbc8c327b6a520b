import AdminTool
import LinuxSystem
import PCIDevices
import SRIOV
import SimulatedHost
import Testing

/// `vfmap watch` from events to lines.
@Suite struct WatchTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let pf = SimulatedHost.pfAddress()

    private static let events: [DeviceEvent] = [
        .function(
            .changed,
            PCIFunctionEvent(
                address: pf, driver: "igb", role: .physical(virtualFunctions: 1))),
        .function(.added, PCIFunctionEvent(address: vf, driver: nil, role: .virtual(of: pf))),
        .function(.bound, PCIFunctionEvent(address: vf, driver: "igbvf", role: .virtual(of: pf))),
        .interface(.added, InterfaceEvent(name: "eth0", oldName: nil, index: 7, function: vf)),
        .interface(
            .renamed, InterfaceEvent(name: "pf0v0", oldName: "eth0", index: 7, function: vf)),
        .overflow,
        .function(.removed, PCIFunctionEvent(address: vf, driver: nil, role: .unknown)),
    ]

    private func withEvents<Value>(
        _ events: [DeviceEvent] = Self.events, _ body: (AdminFixture) throws -> Value
    ) throws -> Value {
        try AdminFixture.with { fixture in
            var fixture = fixture
            fixture.deviceEvents = events
            return try body(fixture)
        }
    }

    @Test func everyEventIsALineInColumns() throws {
        try withEvents { fixture in
            #expect(
                fixture.run("watch")
                    == .init(
                        output: """
                            EVENT     FUNCTION      WHAT                                OWNER
                            changed   0000:01:00.0  PF with 1 VF, igb                   -
                            added     0000:01:10.0  VF of 0000:01:00.0                  -
                            bound     0000:01:10.0  VF of 0000:01:00.0, igbvf           -
                            added     0000:01:10.0  interface eth0                      -
                            renamed   0000:01:10.0  interface eth0 to pf0v0             -
                            overflow  -             events were lost                    -
                            removed   0000:01:10.0  network function                    -

                            """, errors: [], status: .success))
        }
    }

    @Test func everyEventIsAnObjectInALine() throws {
        try withEvents { fixture in
            #expect(
                fixture.run("watch", "--format", "json", "--source", "udev").output == """
                    {"action":"listening","source":"udev"}
                    {"action":"changed","address":"0000:01:00.0","currentVFs":1,"driver":"igb",\
                    "kind":"function","role":"physical"}
                    {"action":"added","address":"0000:01:10.0","kind":"function",\
                    "physicalFunction":"0000:01:00.0","role":"virtual"}
                    {"action":"bound","address":"0000:01:10.0","driver":"igbvf","kind":"function",\
                    "physicalFunction":"0000:01:00.0","role":"virtual"}
                    {"action":"added","address":"0000:01:10.0","interface":"eth0",\
                    "interfaceIndex":7,"kind":"interface"}
                    {"action":"renamed","address":"0000:01:10.0","interface":"pf0v0",\
                    "interfaceIndex":7,"kind":"interface","oldInterface":"eth0"}
                    {"action":"overflow"}
                    {"action":"removed","address":"0000:01:10.0","kind":"function"}

                    """)
        }
    }

    @Test func everyLineIsWrittenBeforeTheNextEvent() throws {
        try withEvents { fixture in
            var pieces: [String] = []
            _ = fixture.run(["watch", "--count", "2"], output: { pieces.append($0) })
            #expect(
                pieces.map { $0.split(separator: " ").first } == ["EVENT", "changed", "added"])
            #expect(pieces.allSatisfy { $0.hasSuffix("\n") })
        }
    }

    @Test func theOwnerOfAVFIsNamed() throws {
        try withEvents([Self.events[3], Self.events[6]]) { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            #expect(
                fixture.run("watch").output.split(separator: "\n").dropFirst() == [
                    "added     0000:01:10.0  interface eth0                      cli blue/net1",
                    "removed   0000:01:10.0  network function                    cli blue/net1",
                ])
            #expect(
                fixture.run("watch", "--format", "json", "--count", "1").output
                    .contains(
                        #""owner":{"container":"blue","frontEnd":"cli","interface":"net1"}"#))
        }
    }

    @Test func aStateFileThatCannotBeReadIsToldOfOnce() throws {
        try withEvents { fixture in
            let path = fixture.directory
            let run = fixture.run(["watch"], environment: ["VFMAP_STATE": path])
            #expect(run.output.split(separator: "\n").count == 8)
            #expect(run.errors.count == 1)
            let beginning = "vfmap: owners are not known from here on: "
            #expect(run.errors.first?.hasPrefix(beginning) == true)
            #expect(run.status == .success)
        }
    }

    @Test func namesCannotWriteToTheTerminal() throws {
        let detail = InterfaceEvent(
            name: "a\u{1b}[2J\nb", oldName: "\u{202e}x", index: nil, function: Self.vf)
        try withEvents([.interface(.renamed, detail)]) { fixture in
            #expect(
                fixture.run("watch").output.split(separator: "\n").last
                    == "renamed   0000:01:10.0  interface ?x to a?[2J?b             -")
            #expect(
                fixture.run("watch", "--format", "json").output.split(separator: "\n").count == 2)
        }
    }

    @Test func whatCannotBeWrittenEndsIt() throws {
        try withEvents { fixture in
            let error = SystemCallError(
                operation: "write", subject: "standard output", errno: .noSpace)
            var written = 0
            let run = fixture.run(
                ["watch"],
                output: { _ in
                    written += 1
                    if written == 2 { throw error }
                })
            #expect(written == 2)
            #expect(run.errors == ["vfmap: \(error)"])
            #expect(run.status == .failure)
        }
    }

    @Test(arguments: [
        ["--count", "0"], ["--count", "-1"], ["--count", "x"], ["--timeout", "0"],
        ["--timeout", "8640001"], ["--timeout", "1.5"], ["--source", "both"], ["--format", "xml"],
        ["pf0"],
    ])
    func wrongArgumentsAreRefused(arguments: [String]) throws {
        try withEvents { fixture in
            let run = fixture.run(["watch"] + arguments)
            #expect(run.status == .usage)
            #expect(run.output == "")
            #expect(run.errors.count == 1)
        }
    }
}
