import DaemonInterface
import Foundation
import Glibc
import LinuxSystem
import TestSupport
import Testing

private let activator = "/usr/bin/systemd-socket-activate"

/// The program as a process, as the tests' build made it.
@Suite(.enabled(if: RunningDaemon.isBuilt, "needs swift build --product vfmapd"))
struct DaemonBinaryTests {
    private struct Run {
        let status: String
        let output: String
        let errors: String
    }

    private static func shell(
        _ script: String, _ environment: [String: String] = [:]
    ) async throws -> Run {
        try await blocking {
            var process = ChildProcess(
                executable: "/bin/bash",
                environment: [
                    "PATH": "/usr/bin:/bin", "DAEMON": RunningDaemon.path,
                    "D": ([RunningDaemon.path] + RunningDaemon.arguments).joined(separator: " "),
                ].merging(environment) { $1 })
            process.arguments = ["-c", script]
            let outcome = try process.run(until: Deadline(after: .seconds(300)))
            return Run(
                status: "\(outcome.ending)",
                output: String(decoding: outcome.output, as: UTF8.self),
                errors: String(decoding: outcome.errorOutput, as: UTF8.self))
        }
    }

    private static func directory(_ configuration: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory(isInMemory: false)
        let text = configuration.replacing("FOLDER", with: directory.path)
        try Data(text.utf8).write(to: URL(filePath: directory.path + "/c.json"))
        return directory
    }

    private static let configuration = #"{"daemon": {"dockerSocket": "FOLDER/docker/d.sock"}}"#

    @Test func itTellsItsVersion() async throws {
        let run = try await Self.shell("$D --version")
        #expect(run.status == "exited(0)")
        #expect(run.output == "vfmapd 0.1.0\n")
    }

    @Test func aSoundConfigurationPassesTheCheck() async throws {
        let directory = try Self.directory(Self.configuration)
        let run = try await Self.shell("$D --check --config \(directory.path)/c.json")
        #expect(run.status == "exited(0)")
        #expect(run.errors == "")
        #expect(try directoryNames(directory.path) == ["c.json"])
    }

    /// The unit keeps everybody else out, and a packet that is dropped tells nothing.
    @Test(arguments: ["0.0.0.0:9808", "[::]:9808", "192.0.2.1:9808"])
    func metricsForOtherMachinesNeedADropIn(address: String) async throws {
        let directory = try Self.directory(#"{"daemon": {"metrics": "\#(address)"}}"#)
        let run = try await Self.shell("$D --check --config \(directory.path)/c.json")
        #expect(run.status == "exited(0)")
        #expect(
            run.errors
                == "vfmapd: \(directory.path)/c.json: daemon.metrics: vfmapd.service lets in "
                + "localhost alone: \(address) needs a drop-in with IPAddressAllow= (vfmapd(8))\n")
    }

    @Test(arguments: ["127.0.0.1:9808", "127.9.0.1:9808", "[::1]:9808", "unix:/run/m.sock"])
    func metricsForThisMachineNeedNone(address: String) async throws {
        let directory = try Self.directory(#"{"daemon": {"metrics": "\#(address)"}}"#)
        let run = try await Self.shell("$D --check --config \(directory.path)/c.json")
        #expect(run.status == "exited(0)")
        #expect(run.errors == "")
    }

    @Test(arguments: [
        (
            #"{"daemon": {"reconcileSeconds": 1}}"#,
            "daemon.reconcileSeconds: must be an integer from 5 to 86400, not 1"
        ),
        (
            #"{"resourceList": [{"resourceName": "a.b"}]}"#,
            #"resourceList[0].resourceName: must have letters, digits, _ and - only, not "a.b""#
        ),
    ])
    func aWrongConfigurationIsNamed(configuration: String, problem: String) async throws {
        let directory = try Self.directory(configuration)
        for option in ["", "--check"] {
            let run = try await Self.shell("$D \(option) --config \(directory.path)/c.json")
            #expect(run.status == "exited(78)")
            #expect(run.errors == "vfmapd: \(directory.path)/c.json: \(problem)\n")
        }
    }

    @Test func theConfigurationIsThatOfTheEnvironment() async throws {
        let directory = try Self.directory("[]")
        let path = directory.path
        let run = try await Self.shell("VFMAP_CONFIG=\(path)/c.json $D --check")
        #expect(run.status == "exited(78)")
        #expect(run.errors == "vfmapd: \(path)/c.json: must be a JSON object, not an array\n")
        try Data("{}".utf8).write(to: URL(filePath: path + "/other.json"))
        let other = try await Self.shell(
            "VFMAP_CONFIG=\(path)/c.json $D --check --config \(path)/other.json")
        #expect(other.status == "exited(0)")
    }

    @Test func wrongArgumentsAreNamed() async throws {
        let run = try await Self.shell("$D --nonsense")
        #expect(run.status == "exited(64)")
        #expect(run.errors.hasPrefix("vfmapd: "))
        #expect(run.errors.contains("--nonsense"))
    }

    @Test func itServesAndStopsWhenTold() async throws {
        let directory = try Self.directory(Self.configuration)
        let path = directory.path
        let run = try await Self.shell(
            """
            export VFMAP_RUN=\(path)/run VFMAP_STATE=\(path)/state.db
            $D --config \(path)/c.json 2>\(path)/log & pid=$!
            until grep -qs ' info ready' \(path)/log; do sleep 0.02; done
            kill -TERM $pid
            wait $pid; echo $?
            cat \(path)/log >&2
            ls \(path)/run \(path)/docker
            """)
        #expect(run.status == "exited(0)")
        #expect(run.output == "0\n\(path)/docker:\n\n\(path)/run:\nvfmapd.lock\n")
        let messages = run.errors.split(separator: "\n").map { line in
            String(line.drop { $0 != " " }.dropFirst())
        }
        #expect(
            messages.first
                == "info start docker=\(path)/docker/d.sock metrics=off state=\(path)/state.db "
                + "status=\(path)/run/vfmapd.sock version=0.1.0")
        #expect(messages.contains("info ready"))
        #expect(messages.last == "info stop")
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aPIDNamespaceOfItsOwnIsRefusedUnlessToldOtherwise() async throws {
        let directory = try Self.directory(Self.configuration)
        let path = directory.path
        let run = try await Self.shell(
            """
            export VFMAP_RUN=\(path)/run VFMAP_STATE=\(path)/state.db
            unshare --pid --fork --mount-proc $DAEMON --config \(path)/c.json; echo $?
            unshare --pid --fork --mount-proc $DAEMON --check --config \(path)/c.json; echo $?
            ls \(path)
            unshare --pid --fork --mount-proc bash -c '
                $DAEMON --node-is-container --config \(path)/c.json 2>\(path)/log & pid=$!
                until grep -qs " info ready" \(path)/log; do sleep 0.02; done
                kill -TERM $pid
                wait $pid; echo $?'
            """)
        #expect(run.output == "1\n0\nc.json\n0\n")
        #expect(
            run.errors.hasSuffix(
                " critical cannot go on error=\"not in the host's PID namespace, so VFs in use would "
                    + "look unused: run it with hostPID: true (Kubernetes) or --pid=host (Docker, "
                    + "podman), or with --node-is-container where the node itself is a container\"\n"
            ))
    }

    @Test func itServesMetricsAndHearsOfOperations() async throws {
        let directory = try Self.directory(
            #"{"daemon": {"dockerSocket": null, "metrics": "unix:FOLDER/m.sock"}}"#)
        let path = directory.path
        async let run = Self.shell(
            """
            export VFMAP_RUN=\(path)/run VFMAP_STATE=\(path)/state.db
            $D --config \(path)/c.json 2>\(path)/log & pid=$!
            until test -e \(path)/done; do sleep 0.02; done
            kill -TERM $pid
            wait $pid; echo $?
            ls \(path)/run
            """)
        let answer = try await blocking {
            let deadline = Deadline(after: .seconds(240))
            let request = "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            while true {
                do {
                    try UnixDatagram.send([0], to: path + "/run/events.sock")
                    let answer = try TestClient.ask(path + "/m.sock", request)
                    if !answer.contains("vfmap_events_rejected_total 0") { return answer }
                } catch  where !deadline.hasPassed {
                    moment()
                }
            }
        }
        #expect(answer.contains("\nvfmap_build_info{version=\"0.1.0\"} 1\n"))
        #expect(answer.contains("\nvfmap_state_file_usable 1\n"))
        try Data().write(to: URL(filePath: path + "/done"))
        #expect(try await run.output == "0\nvfmapd.lock\n")
        #expect(!FileManager.default.fileExists(atPath: path + "/m.sock"))
    }

    @Test func aSecondOneIsRefusedAndTheFirstGoesOn() async throws {
        let directory = try Self.directory(Self.configuration)
        let path = directory.path
        let run = try await Self.shell(
            """
            export VFMAP_RUN=\(path)/run VFMAP_STATE=\(path)/state.db
            $D --config \(path)/c.json 2>\(path)/log & pid=$!
            until grep -qs ' info ready' \(path)/log; do sleep 0.02; done
            $D --config \(path)/c.json; echo $?
            test -S \(path)/run/vfmapd.sock && test -S \(path)/docker/d.sock && echo there
            kill -INT $pid; kill -TERM $pid
            wait $pid; echo $?
            """)
        #expect(run.output == "1\nthere\n0\n")
        #expect(
            run.errors.hasSuffix(
                " critical cannot go on error=\"socket \(path)/run/vfmapd.sock: "
                    + "another process listens on it\"\n"))
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: activator), "needs systemd"))
    func aSocketOfSystemdIsServed() async throws {
        let directory = try Self.directory(#"{"daemon": {"dockerSocket": null}}"#)
        let path = directory.path
        // It starts the daemon at the first connection, with the socket as its descriptor 3.
        async let run = Self.shell(
            "exec \(activator) -E VFMAP_RUN=\(path)/run -E VFMAP_STATE=\(path)/state.db "
                + "--fdname=status -l \(path)/i.sock $D --config \(path)/c.json")
        let report = try await blocking {
            let deadline = Deadline(after: .seconds(240))
            while true {
                do {
                    return try DaemonClient(path: path + "/i.sock").report()
                } catch  where !deadline.hasPassed {
                    moment()
                }
            }
        }
        #expect(report.sockets == DaemonReport.Sockets(docker: nil, status: path + "/i.sock"))
        kill(report.pid, SIGTERM)
        #expect(try await run.status == "exited(0)")
        #expect(FileManager.default.fileExists(atPath: path + "/i.sock"))
        #expect(!FileManager.default.fileExists(atPath: path + "/run/vfmapd.sock"))
    }
}
