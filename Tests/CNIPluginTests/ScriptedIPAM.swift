import CNI
import CNIPlugin
import Foundation
import Synchronization
import TestSupport

/// A directory with IPAM plugins that are shell scripts.
final class ScriptedIPAM: Sendable {
    private let temporary: TemporaryDirectory
    private let complaints = Mutex("")

    init() throws {
        temporary = try TemporaryDirectory(isInMemory: false)
    }

    var directory: String { temporary.path }

    /// What the plugins wrote to standard error.
    var complaint: String { complaints.withLock { $0 } }

    /// Writes a plugin: it appends each call to `calls`, keeps its input as `stdin.<command>`, then
    /// does what the script says.
    func install(_ script: String, named name: String = "scripted") throws {
        let text = """
            #!/bin/sh
            echo "$CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $CNI_NETNS $CNI_ARGS" >> '\(directory)/calls'
            cat > "\(directory)/stdin.$CNI_COMMAND"
            \(script)
            """
        try write(text, named: name)
    }

    /// Writes a plugin that is nothing but this script.
    func write(_ text: String, named name: String = "scripted") throws {
        let path = "\(directory)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// The calls so far, one a line.
    var calls: [String] {
        contents("calls").split(separator: "\n").map(String.init)
    }

    /// What the plugin was given on standard input; empty if there was no such call.
    func input(of command: String) -> String { contents("stdin.\(command)") }

    func delegate(
        _ name: String = "scripted", timeouts: IPAMDelegate.Timeouts = .init(),
        input: String = "{}", environment: [String: String] = [:]
    ) throws -> IPAMDelegate {
        let variables = ["PATH": "/usr/bin:/bin", "CNI_CONTAINERID": "c1", "CNI_IFNAME": "net1"]
        return try IPAMDelegate(
            type: name, in: ["/nonexistent", directory],
            environment: variables.merging(environment) { $1 }, input: Array(input.utf8),
            timeouts: timeouts, passOn: { [self] text in complaints.withLock { $0 += text } })
    }

    private func contents(_ name: String) -> String {
        // What was never written is empty.
        (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
    }
}
