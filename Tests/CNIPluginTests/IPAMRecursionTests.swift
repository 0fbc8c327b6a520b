import Foundation
import LinuxSystem
import Testing

private let pluginPath = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: ".build/debug/sriov").path

/// A network whose `ipam.type` leads to the plugin itself, as processes.
@Suite(
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: pluginPath),
        "needs swift build --product sriov"))
struct IPAMRecursionTests {
    private let ipam: ScriptedIPAM

    init() throws {
        ipam = try ScriptedIPAM()
        let files = FileManager.default
        try files.copyItem(atPath: pluginPath, toPath: ipam.directory + "/sriov")
        try files.linkItem(atPath: ipam.directory + "/sriov", toPath: ipam.directory + "/hard")
        try files.createSymbolicLink(
            atPath: ipam.directory + "/soft", withDestinationPath: ipam.directory + "/sriov")
        // One that cannot be known for the same, and one that hands its call on. They end what does not end by itself.
        try files.copyItem(atPath: pluginPath, toPath: ipam.directory + "/copy.program")
        for (name, next) in [("copy", "copy.program"), ("outer", "sriov")] {
            try ipam.write(
                """
                #!/bin/sh
                echo \(name) >> '\(ipam.directory)/calls'
                [ "$(wc -l < '\(ipam.directory)/calls')" -lt 10 ] || exit 3
                exec '\(ipam.directory)/\(next)'
                """, named: name)
        }
    }

    private func call(_ command: String, ipam type: String) throws -> ChildProcess.Outcome {
        var process = ChildProcess(
            executable: ipam.directory + "/sriov",
            environment: [
                "CNI_COMMAND": command, "CNI_CONTAINERID": "c1", "CNI_IFNAME": "net1",
                "CNI_PATH": ipam.directory, "VFMAP_STATE": ipam.directory + "/state.db",
                "VFMAP_RUN": ipam.directory, "VFMAP_SRIOV_CNI": ipam.directory + "/none",
                "PATH": "/usr/bin:/bin",
            ])
        process.input = Array(
            #"{"cniVersion":"1.1.0","name":"n","type":"sriov","ipam":{"type":"\#(type)"}}"#.utf8)
        return try process.run(until: Deadline(after: .seconds(60)))
    }

    @Test(arguments: ["sriov", "hard", "soft"])
    func itIsRefusedBeforeAnythingIsDone(type: String) throws {
        let outcome = try call("STATUS", ipam: type)
        let output = String(decoding: outcome.output, as: UTF8.self)
        #expect(output.contains(#""code":7,"#), "\(output)")
        #expect(output.contains(#""msg":"ipam.type: "#), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: ipam.directory + "/state.db"))
    }

    @Test(arguments: ["copy", "outer"], ["STATUS", "DEL", "GC"])
    func aCallThatComesBackIsTheLast(type: String, command: String) throws {
        let outcome = try call(command, ipam: type)
        #expect(outcome.ending == .exited(1))
        #expect(
            String(decoding: outcome.output, as: UTF8.self)
                == #"{"cniVersion":"1.1.0","code":7,"msg":"ipam.type: the IPAM plugin calls sriov "#
                + #"again, which has no addresses to give"}"# + "\n")
        #expect(ipam.calls == [type])
    }

    @Test func theVersionIsToldAnywhere() throws {
        var process = ChildProcess(
            executable: ipam.directory + "/sriov",
            environment: ["CNI_COMMAND": "VERSION", "VFMAP_IPAM_CALL": "1"])
        process.input = []
        #expect(try process.run(until: Deadline(after: .seconds(60))).ending == .exited(0))
    }
}
