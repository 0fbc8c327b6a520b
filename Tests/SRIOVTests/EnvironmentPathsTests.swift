import Foundation
import FrontEndSupport
import LinuxSystem
import SRIOV
import Testing

/// Where files lie, as every program reads it.
@Suite struct EnvironmentPathsTests {
    private struct Paths: Hashable {
        let state: String
        let configuration: String
        let run: String
        let locks: String

        init(_ variables: [String: String]) {
            let environment = EnvironmentVariables.other(variables)
            state = environment.statePath
            configuration = environment.configurationPath
            run = environment.runDirectory
            locks = environment.lockDirectory
        }
    }

    @Test func withoutVariablesTheyAreTheUsualOnes() {
        let paths = Paths([:])
        #expect(paths.state == "/var/lib/vfmap/state.db")
        #expect(paths.configuration == "/etc/vfmap/config.json")
        #expect(paths.run == "/run/vfmap")
        #expect(paths.locks == "/run/vfmap/locks")
    }

    @Test func anEmptyVariableCountsAsUnset() {
        #expect(Paths(["VFMAP_STATE": "", "VFMAP_CONFIG": "", "VFMAP_RUN": ""]) == Paths([:]))
    }

    @Test func eachVariableNamesAnotherPlace() {
        let paths = Paths(["VFMAP_STATE": "/a/s", "VFMAP_CONFIG": "/b/c", "VFMAP_RUN": "/d"])
        #expect(paths.state == "/a/s")
        #expect(paths.configuration == "/b/c")
        #expect(paths.run == "/d")
        #expect(paths.locks == "/d/locks")
    }

    /// Two readers disagreed once about what an empty variable means: the programs then locked different files.
    @Test func theVariablesAreReadInOnePlace() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.path))
        let readers = try files.compactMap { $0 as? String }.filter { name in
            guard name.hasSuffix(".swift") else { return false }
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            return ["STATE", "CONFIG", "RUN"].contains { text.contains("\"VFMAP_\($0)\"") }
        }
        #expect(readers == ["FrontEndSupport/EnvironmentVariables+Paths.swift"])
    }
}
