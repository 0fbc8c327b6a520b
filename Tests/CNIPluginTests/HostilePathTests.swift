import CNIPlugin
import Foundation
import FrontEndSupport
import Fuzzing
import LinuxSystem
import SRIOV
import SimulatedHost
import TestSupport
import Testing

/// Whatever a network's configuration names by `logFile` and `CNIDeviceInfoFile`, nothing outside the directories that
/// the administrator allows appears, changes or goes.
@Suite struct HostilePathTests {
    /// `allowed`, full of traps, and `outside`.
    private struct Tree {
        let root: String

        /// - Parameter root: An empty directory.
        init(_ root: String) throws {
            self.root = root
            let files = FileManager.default
            for name in ["allowed/real", "outside/real", "allowed/directory"] {
                try files.createDirectory(
                    atPath: "\(root)/\(name)", withIntermediateDirectories: true)
            }
            for name in ["outside/file", "outside/real/file", "outside/target"] {
                try Data("of others".utf8).write(to: URL(filePath: "\(root)/\(name)"))
            }
            // Of the right shape, and of the VF.
            try Data(Self.information.utf8).write(to: URL(filePath: root + "/outside/info"))
            for place in ["allowed", "allowed/real"] {
                for (name, target) in [
                    ("out", "\(root)/outside"), ("up", ".."), ("here", "."), ("loop", "loop"),
                    ("toFile", "\(root)/outside/file"), ("toNothing", "\(root)/outside/new"),
                    ("toRoot", "/"), ("toInfo", "\(root)/outside/info"),
                ] {
                    try files.createSymbolicLink(
                        atPath: "\(root)/\(place)/\(name)", withDestinationPath: target)
                }
                for (name, target) in [("hard", "target"), ("hardInfo", "info")] {
                    try files.linkItem(
                        atPath: "\(root)/outside/\(target)", toPath: "\(root)/\(place)/\(name)")
                }
                let path = "\(root)/\(place)"
                try systemCall("make FIFO", on: path) { mkfifo(path + "/fifo", 0o600) }
                // /dev/null. It needs root; without there is one trap less.
                _ = mknod(path + "/device", S_IFCHR | 0o600, 0x103)
            }
        }

        static let information =
            #"{"pci":{"pci-address":"0000:01:10.0"},"type":"pci","version":"1.1.0"}"#

        private static let names = [
            "real", "directory", "file", "info", "target", "new", "out", "up", "here", "loop",
            "toFile", "toNothing", "toRoot", "toInfo", "hard", "hardInfo", "fifo", "device",
            "outside", "allowed", "..", "..", ".", "", "...", " ", "\u{301}", "é", "$(id)",
            "\n", "\u{202e}", String(repeating: "n", count: 255),
            String(repeating: "n", count: 256), String(repeating: "é", count: 200),
            ".vfmap-0000000000000000",
        ]

        func path(using generator: inout SeededGenerator) -> String {
            var path = generator.pick([
                root + "/allowed", root + "/allowed", root + "/allowed", root + "/allowed/real",
                root + "/outside", root, "/\(root)//allowed", root + "/allowed/out",
                "allowed", "", "..", root + "/allowedx",
            ])
            for _ in 0..<generator.number(in: 0...4) {
                path += "/" + generator.pick(Self.names)
            }
            if generator.chance(2) { path += String(repeating: "/directory", count: 1000) }
            if generator.chance(5) { path += "/" }
            return path
        }

        /// Everything outside: what it is, and what it holds.
        func outside() throws -> [String: String] {
            var found: [String: String] = [:]
            let files = FileManager.default
            // What is allowed may hold directories deeper than a path can say.
            let tops = try files.contentsOfDirectory(atPath: root).filter { $0 != "allowed" }
            let names = try tops.flatMap { top in
                [top]
                    + (try files.subpathsOfDirectory(atPath: "\(root)/\(top)").map {
                        "\(top)/\($0)"
                    })
            }
            for name in names {
                let path = "\(root)/\(name)"
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                let contents = FileManager.default.contents(atPath: path) ?? Data()
                found[name] =
                    "\(attributes[.posixPermissions] ?? "") \(attributes[.type] ?? "") "
                    + String(decoding: contents, as: UTF8.self)
            }
            return found
        }
    }

    @Test func nothingOutsideIsTouched() throws {
        let fixture = try PluginFixture(ipam: "")
        let pristine = fixture.machine
        let memory = try TemporaryDirectory()
        // In the middle, so that one step up is seen as well.
        let root = memory.path + "/a/root"
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: true)
        let tree = try Tree(root)
        let configuration =
            #"{"cni":{"logDirectory":"\#(root)/allowed","deviceInfoDirectory":"\#(root)/allowed"}}"#
        try Data(configuration.utf8).write(to: URL(filePath: fixture.configurationPath))
        let before = try tree.outside()
        #expect(before.count == 6)
        var successes = 0
        for seed in FuzzSeeds(600, of: "paths") {
            var generator = SeededGenerator(seed: seed)
            let log = tree.path(using: &generator)
            let info = tree.path(using: &generator)
            let members =
                #""logLevel":"debug","announce":false,"logFile":\#(JSONTree.quoted(log)),"#
                + #""runtimeConfig":{"CNIDeviceInfoFile":\#(JSONTree.quoted(info))}"#
            let input = fixture.configuration(members, ipam: "{}")
            let comment: Comment = "seed \(seed): \(log) \(info)"
            let answer = fixture.call("ADD", input)
            if answer.status == 0 { successes += 1 }
            try #require(try tree.outside() == before, comment)
            let release = fixture.call("DEL", input)
            try #require(release.status == 0, "\(comment): \(release.output)")
            try #require(try tree.outside() == before, comment)
            try #require(fixture.machine == pristine, comment)
            try #require(
                try FileManager.default.contentsOfDirectory(atPath: memory.path) == ["a"], comment)
            try #require(
                try FileManager.default.contentsOfDirectory(atPath: memory.path + "/a") == ["root"],
                comment)
        }
        // Files that are allowed are written.
        #expect(successes > 0)
        let last = root + "/allowed/last"
        let input = fixture.configuration(
            #""logLevel":"debug","announce":false,"logFile":\#(JSONTree.quoted(last))"#, ipam: "{}")
        #expect(fixture.call("ADD", input).status == 0)
        let log = try String(contentsOfFile: last, encoding: .utf8)
        #expect(log.contains("level=debug"))
    }
}
