import Foundation
import FrontEndSupport
import LinuxSystem
import SRIOV
import Testing

private let pluginPath = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: ".build/release/sriov").path

/// The program as it is installed; only where `swift build -c release` has made one.
@Suite(
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: pluginPath),
        "needs swift build -c release --product sriov"))
struct PluginBinaryTests {
    @Test func itIsStatic() throws {
        var process = ChildProcess(executable: "/usr/bin/readelf", environment: [:])
        process.arguments = ["--program-headers", "--dynamic", "--wide", pluginPath]
        let outcome = try process.run(until: Deadline(after: .seconds(120)))
        let text = String(decoding: outcome.output, as: UTF8.self)
        #expect(text.contains("LOAD"))
        #expect(!text.contains("INTERP"))
        #expect(!text.contains("NEEDED"))
    }

    /// Every Swift module with types leaves its name in the program, stripped or not.
    @Test(arguments: [
        ("CNIPlugin", true), ("SRIOV", true), ("PCIDevices", false), ("AdminTool", false),
        ("ArgumentParser", false), ("NIOCore", false),
    ])
    func itHasTheModulesThatItNeedsAndNoOthers(module: String, isPresent: Bool) throws {
        let program = try Data(contentsOf: URL(filePath: pluginPath))
        let name = Data([0]) + Data(module.utf8) + Data([0])
        #expect((program.range(of: name) != nil) == isPresent)
    }

    /// Neither a module of Foundation, nor a symbol or a message that would come with one; Swift's runtime knows the
    /// name of one of its classes.
    @Test func itHasNothingOfFoundation() throws {
        let program = String(
            decoding: try Data(contentsOf: URL(filePath: pluginPath)), as: UTF8.self)
        let names = program.matches(of: /[A-Za-z0-9_.]*(Foundation|JSONEncoder)[A-Za-z0-9_.]*/)
        #expect(program.contains("CNIPlugin"))
        #expect(names.map { String($0.0) } == ["Foundation.__SwiftValue"])
    }

    /// The part of Swift's runtime that would look for one at every start is left out, see Sources/StaticRuntime.
    @Test func itHasNoBacktraces() throws {
        let program = try Data(contentsOf: URL(filePath: pluginPath))
        #expect(program.range(of: Data("swift-backtrace".utf8)) == nil)
    }

    @Test func itTellsItsVersions() throws {
        let process = ChildProcess(
            executable: pluginPath, environment: ["CNI_COMMAND": "VERSION"])
        let outcome = try process.run(until: Deadline(after: .seconds(120)))
        #expect(outcome.ending == .exited(0))
        #expect(
            String(decoding: outcome.output, as: UTF8.self)
                == #"{"cniVersion":"1.1.0","supportedVersions":["#
                + #""0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"# + "\n")
    }

    @Test func anErrorIsOneDocumentOnStandardOutput() throws {
        var process = ChildProcess(
            executable: pluginPath,
            environment: [
                "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c1", "CNI_NETNS": "/nonexistent",
                "CNI_IFNAME": "net1", "CNI_PATH": "/nonexistent",
            ])
        process.input = Array("garbage".utf8)
        let outcome = try process.run(until: Deadline(after: .seconds(120)))
        #expect(outcome.ending == .exited(1))
        let text = String(decoding: outcome.output, as: UTF8.self)
        #expect(text.hasPrefix(#"{"cniVersion":"1.1.0","code":6,"#))
        #expect(text.filter { $0 == "\n" }.count == 1)
    }

    @Test func theDaemonIsToldHowACallEnded() throws {
        let directory = "/tmp/vfmap-plugin-\(UUID().uuidString.prefix(13))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let receiver = try DatagramReceiver(at: OperationEvent.socketPath(runDirectory: directory))
        for (command, result) in [("ADD", OperationResult.invalidRequest), ("VERSION", nil)] {
            let process = ChildProcess(
                executable: pluginPath,
                environment: [
                    "CNI_COMMAND": command, "CNI_CONTAINERID": "c1", "CNI_NETNS": "/nonexistent",
                    "CNI_IFNAME": "net1", "CNI_PATH": "/nonexistent", "VFMAP_RUN": directory,
                ])
            _ = try process.run(until: Deadline(after: .seconds(120)))
            let line = try receiver.receive(limit: OperationEvent.sizeLimit)
            let event = line.flatMap { OperationEvent(parsing: $0) }
            #expect(event?.result == result)
            #expect(event.map { "\($0.kind) \($0.operation)" } == result.map { _ in "cni ADD" })
        }
    }
}
