import Foundation
import FrontEndSupport
import LinuxSystem
import SRIOV
import Testing

/// Where files lie, as every program reads it.
@Suite struct InstallationTests {
    @Test func withoutVariablesTheyAreTheUsualOnes() {
        let paths = Installation(.other([:]))
        #expect(paths.state.state == "/run/vfmap/state.db")
        #expect(paths.state.networks == "/var/lib/vfmap/networks.db")
        #expect(paths.state.leases == "/var/lib/vfmap/leases")
        #expect(paths.state.former == "/var/lib/vfmap/state.db")
        #expect(paths.configuration == "/etc/vfmap/config.json")
        #expect(paths.sriovCNI == "/var/lib/cni/sriov")
        #expect(paths.runDirectory == "/run/vfmap")
        #expect(paths.locks.path == "/run/vfmap/locks")
    }

    @Test func anEmptyVariableCountsAsUnset() {
        #expect(
            Installation(
                .other([
                    "VFMAP_STATE": "", "VFMAP_CONFIG": "", "VFMAP_RUN": "", "VFMAP_SRIOV_CNI": "",
                ])) == Installation(.other([:])))
    }

    @Test func eachVariableNamesAnotherPlace() {
        let paths = Installation(
            .other([
                "VFMAP_STATE": "/a/s", "VFMAP_CONFIG": "/b/c", "VFMAP_RUN": "/d",
                "VFMAP_SRIOV_CNI": "/e",
            ]))
        #expect(paths.sriovCNI == "/e")
        #expect(paths.state.state == "/a/s")
        #expect(paths.state.networks == "/a/s-networks")
        #expect(paths.state.leases == "/a/s-leases")
        #expect(paths.state.former == nil)
        #expect(paths.configuration == "/b/c")
        #expect(paths.runDirectory == "/d")
        #expect(paths.locks.path == "/d/locks")
    }

    @Test func whatAnOptionNamesGoesBeforeAVariable() {
        let paths = Installation(
            .other(["VFMAP_STATE": "/a/s", "VFMAP_CONFIG": "/b/c"]), state: "/o/s",
            configuration: "/o/c")
        #expect(paths.state.state == "/o/s")
        #expect(paths.state.leases == "/o/s-leases")
        #expect(paths.configuration == "/o/c")
    }

    /// What matters as long as the boot goes with the run directory; what outlives it does not.
    @Test func theStateLiesInTheRunDirectory() {
        let paths = Installation(.other(["VFMAP_RUN": "/d"])).state
        #expect(paths.state == "/d/state.db")
        #expect(paths.networks == "/var/lib/vfmap/networks.db")
    }

    /// Two readers disagreed once about what an empty variable means: the programs then locked different files.
    @Test func theVariablesAreReadInOnePlace() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.path))
        let readers = try files.compactMap { $0 as? String }.filter { name in
            guard name.hasSuffix(".swift") else { return false }
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            return ["STATE", "CONFIG", "RUN", "SRIOV_CNI"].contains {
                text.contains("\"VFMAP_\($0)\"")
            }
        }
        #expect(readers == ["FrontEndSupport/Installation.swift"])
    }
}
