import AdminTool
import DaemonInterface
import Foundation
import FrontEndSupport
import Glibc
import LinuxSystem
import SRIOV
import Testing

/// `vfmap status` with and without a daemon.
@Suite struct StatusTests {
    @Test func withoutADaemonTheRestIsShown() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            let run = fixture.run("status", "--socket", fixture.directory + "/none.sock")
            #expect(
                run
                    == .init(
                        output: """
                            daemon:              not running: connect \(fixture.directory)/none.sock: \
                            no such file or directory (ENOENT)
                            state file:          \(fixture.statePath), usable
                            attachments:         1 attached
                            physical functions:  1
                            virtual functions:   2

                            """,
                        errors: [], status: .noDaemon))
        }
    }

    @Test func asJSON() throws {
        try AdminFixture.with { fixture in
            let run = fixture.run(
                "status", "--socket", fixture.directory + "/none.sock", "--format", "json")
            #expect(run.status == .noDaemon)
            #expect(
                run.output == """
                    {
                      "attachments" : {
                        "attached" : 0,
                        "detaching" : 0,
                        "joined" : 0,
                        "leaving" : 0,
                        "preparing" : 0,
                        "reserved" : 0,
                        "restoring" : 0
                      },
                      "daemonError" : "connect \(fixture.directory)/none.sock: \
                    no such file or directory (ENOENT)",
                      "physicalFunctions" : 1,
                      "stateFile" : {
                        "path" : "\(fixture.statePath)",
                        "usable" : true
                      },
                      "virtualFunctions" : 2
                    }

                    """)
        }
    }

    @Test func aStateFileThatCannotBeUsedIsToldOf() throws {
        try AdminFixture.with { fixture in
            try Data(repeating: 0x61, count: 4096).write(to: URL(filePath: fixture.statePath))
            let run = fixture.run("status", "--socket", fixture.directory + "/none.sock")
            #expect(
                run.output.contains(
                    "\nstate file:          state file \(fixture.statePath): file is not a database\n"
                        + "attachments:         -\n"))
        }
    }

    @Test func theSocketIsThatOfTheConfiguration() throws {
        try AdminFixture.with { fixture in
            let path = fixture.directory + "/c.json"
            try Data(#"{"daemon": {"statusSocket": "/nonexistent/s"}}"#.utf8).write(
                to: URL(filePath: path))
            let run = fixture.run("status", "--config", path)
            #expect(
                run.output.hasPrefix("daemon:              not running: connect /nonexistent/s: "))
            #expect(fixture.run(["status"], environment: ["VFMAP_CONFIG": path]) == run)
            let other = fixture.run(
                ["status", "--config", fixture.directory + "/none.json"],
                environment: ["VFMAP_RUN": "/nonexistent/run"])
            #expect(
                other.output.hasPrefix(
                    "daemon:              not running: connect /nonexistent/run/vfmapd.sock: "))
        }
    }

    @Test func aDaemonIsShown() throws {
        try AdminFixture.with { fixture in
            let path = fixture.directory + "/s.sock"
            let report = DaemonReport(
                version: "0.1.0", pid: 4711, started: 1_795_564_911, uptime: 60,
                configuration: "/etc/vfmap/config.json",
                sockets: .init(docker: nil, status: path, metrics: "127.0.0.1:9808"),
                reconciliation: .init(
                    runs: 2,
                    last: .init(
                        at: 1_795_564_971, duration: 0.2, reason: "timer", entries: 1, failures: 1),
                    next: 1_795_565_031),
                requests: .init(total: 5, failed: 1, active: 2, byCall: [:]),
                stateFile: .init(path: "/s", usable: true, error: nil), attachments: [:],
                drift: .init(
                    handling: "mend", at: 1_795_564_971, error: nil,
                    functions: [
                        .init(
                            name: "pf0", stepCount: 9, steps: ["bring up", "create 3 VFs"],
                            problems: []),
                        .init(name: "pf1", stepCount: 0, steps: [], problems: []),
                        .init(
                            name: "ens9", stepCount: 0, steps: [],
                            problems: ["there is no such physical function with SR-IOV"]),
                    ]),
                lastErrors: [.init(time: 1_795_564_971, text: "not brought back error=x")])
            let listener = try UnixListener.make(at: path).release()
            defer { close(listener) }
            let body = try JSONEncoder().encode(report)
            let thread = Thread {
                let connection = accept(listener, nil, nil)
                var bytes = [UInt8](repeating: 0, count: 4096)
                _ = read(connection, &bytes, bytes.count)
                let answer = Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + body
                _ = write(connection, answer, answer.count)
                close(connection)
            }
            thread.start()
            let run = fixture.run("status", "--socket", path)
            #expect(run.status == .success)
            #expect(
                run.output == """
                    daemon:              running, version 0.1.0, process 4711, \
                    since 2026-11-25T00:01:51Z
                    configuration:       /etc/vfmap/config.json
                    Docker socket:       off
                    status socket:       \(path)
                    metrics:             127.0.0.1:9808
                    reconciliation:      2 runs, last 2026-11-25T00:02:51Z (timer): \
                    1 needed something, 1 left to do
                    Docker calls:        5 answered, 1 failed, 2 under way
                    drift:               of pf0, ens9, last looked 2026-11-25T00:02:51Z, mended
                    state file:          \(fixture.statePath), usable
                    attachments:         none
                    physical functions:  1
                    virtual functions:   2

                    drift:
                      pf0: bring up
                      pf0: create 3 VFs
                      pf0: and 7 steps more
                      ens9: cannot be as asked for: there is no such physical function with SR-IOV

                    last errors:
                      2026-11-25T00:02:51Z  not brought back error=x

                    """)
        }
    }
}
