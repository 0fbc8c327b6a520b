import Foundation
import LinuxSystem
import TestSupport
import Testing

private let analyzer = "/usr/bin/systemd-analyze"

private let units = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "packaging/systemd")

/// The units as systemd reads them.
@Suite struct UnitFileTests {
    /// Copies of the units that start a program which is surely there, in a directory of their own.
    private static func startable() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory(isInMemory: false)
        for name in try directoryNames(units.path) {
            var text = try String(contentsOf: units.appending(path: name), encoding: .utf8)
            for program in ["vfmapd", "vfmap"] {
                text = text.replacing("ExecStart=\(program)", with: "ExecStart=/bin/true")
            }
            try Data(text.utf8).write(to: URL(filePath: directory.path + "/" + name))
        }
        return directory
    }

    private static func analyze(_ arguments: [String]) throws -> ChildProcess.Outcome {
        var process = ChildProcess(executable: analyzer, environment: ["PATH": "/usr/bin:/bin"])
        process.arguments = arguments
        return try process.run(until: Deadline(after: .seconds(300)))
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "needs systemd"))
    func systemdFindsNothingWrong() throws {
        let directory = try Self.startable()
        let paths = try directoryNames(directory.path).map { directory.path + "/" + $0 }
        #expect(paths.count == 3)
        let outcome = try Self.analyze(["verify"] + paths)
        #expect(String(decoding: outcome.errorOutput, as: UTF8.self) == "")
        #expect(outcome.ending == .exited(0))
    }

    /// What a process could do that has been taken over, as systemd weighs it: 10.0 is everything.
    ///
    /// - Parameter tenths: The most that is accepted.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "needs systemd"),
        arguments: [("vfmapd.service", 39), ("vfmap-apply.service", 29)])
    func littleIsLeftOpen(name: String, tenths: Int) throws {
        let directory = try Self.startable()
        let outcome = try Self.analyze([
            "security", "--offline=true", "--no-pager", "--threshold=\(tenths)",
            directory.path + "/" + name,
        ])
        let table = String(decoding: outcome.output, as: UTF8.self)
        #expect(table.contains("Overall exposure level for \(name)"))
        #expect(outcome.ending == .exited(0), "\(table)")
    }

    /// What dockerd and `vfmap status` rely on.
    @Test(arguments: [
        ("vfmapd.service", "Type=notify"), ("vfmapd.service", "Before=docker.service"),
        ("vfmapd.service", "RestartPreventExitStatus=64 78"),
        ("vfmapd.socket", "ListenStream=/run/docker/plugins/sriov.sock"),
        ("vfmapd.socket", "FileDescriptorName=docker"), ("vfmapd.socket", "SocketMode=0600"),
        ("vfmap-apply.service", "SuccessExitStatus=10"),
    ])
    func theUnitsSayWhatTheProgramExpects(name: String, line: String) throws {
        let text = try String(contentsOf: units.appending(path: name), encoding: .utf8)
        #expect(text.split(separator: "\n").contains { $0 == line })
    }
}
