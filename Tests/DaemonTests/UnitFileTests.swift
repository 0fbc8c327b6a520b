import Foundation
import LinuxSystem
import Testing

private let analyzer = "/usr/bin/systemd-analyze"

private let units = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "packaging/systemd")

/// The units as systemd reads them.
@Suite struct UnitFileTests {
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "needs systemd"))
    func systemdFindsNothingWrong() throws {
        let folder = try TestFolder()
        var paths: [String] = []
        for name in try folderEntries(units.path) {
            let text = try String(contentsOf: units.appending(path: name), encoding: .utf8)
            // The program need not be installed.
            let path = folder.path + "/" + name
            var startable = text
            for program in ["vfmapd", "vfmap"] {
                startable = startable.replacing(
                    "ExecStart=\(program)", with: "ExecStart=/bin/true")
            }
            try Data(startable.utf8).write(to: URL(filePath: path))
            paths.append(path)
        }
        #expect(paths.count == 3)
        var process = ChildProcess(executable: analyzer, environment: ["PATH": "/usr/bin:/bin"])
        process.arguments = ["verify"] + paths
        let outcome = try process.run(until: Deadline(after: .seconds(60)))
        #expect(String(decoding: outcome.errorOutput, as: UTF8.self) == "")
        #expect(outcome.ending == .exited(0))
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
