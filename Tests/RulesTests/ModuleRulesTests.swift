import Foundation
import Testing

/// What the modules may know of each other and of the system: `docs/architecture.md`.
@Suite struct ModuleRulesTests {
    /// The modules of this package that each module may import: the one direction.
    private static let allowed: [String: Set<String>] = [
        "JSON": [],
        "LinuxSystem": ["CLinuxShim"],
        "SQLite": ["CSQLite", "CSQLiteFiles", "LinuxSystem"],
        "Netlink": ["CNetlink", "LinuxSystem"],
        "SRIOV": ["JSON", "LinuxSystem", "Netlink", "SQLite"],
        "PCIDevices": ["CPCI", "CUdev", "LinuxSystem"],
        "CNI": ["JSON", "LinuxSystem", "Netlink"],
        "FrontEndSupport": ["CNI", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
        "Node": ["FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
        "CNIPlugin": ["CNI", "FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
        "DockerDriver": ["FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
        "Metrics": ["FrontEndSupport", "LinuxSystem", "Netlink", "SRIOV"],
        "DaemonInterface": ["JSON", "LinuxSystem", "SRIOV"],
        "Daemon": [
            "DaemonInterface", "DockerDriver", "FrontEndSupport", "JSON", "LinuxSystem", "Metrics",
            "Netlink", "Node", "PCIDevices", "SRIOV",
        ],
        "AdminTool": [
            "DaemonInterface", "FrontEndSupport", "LinuxSystem", "Metrics", "Netlink", "Node",
            "PCIDevices", "SRIOV",
        ],
        "sriov": ["CNIPlugin", "SRIOV", "StaticRuntime"],
        "vfmap": ["AdminTool", "PCIDevices", "SRIOV"],
        "vfmapd": ["Daemon", "PCIDevices", "SRIOV"],
    ]

    private static let system: Set<String> = ["Glibc", "Synchronization"]

    /// What the programs that people and systemd start may use beyond that.
    private static let libraries: [String: Set<String>] = [
        "Daemon": [
            "ArgumentParser", "FoundationEssentials", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
            "ServiceLifecycle", "UnixSignals",
        ],
        "DaemonInterface": ["FoundationEssentials"],
        "AdminTool": ["ArgumentParser", "FoundationEssentials"],
    ]

    @Test func importsGoInOneDirection() throws {
        var wrong: [String] = []
        for file in try SourceFile.all() {
            let allowed = try #require(Self.allowed[file.module], "\(file.path) has no rule")
            let all = allowed.union(Self.system).union(Self.libraries[file.module] ?? [])
            wrong += file.imports.filter { !all.contains($0) }.map { "\(file.path): \($0)" }
        }
        #expect(wrong == [])
    }

    /// A module is allowed only what is finished before it.
    @Test func theRulesHaveNoCircle() {
        var finished: Set<String> = []
        var remaining = Self.allowed
        while !remaining.isEmpty {
            let next = remaining.filter { entry in
                entry.value.allSatisfy { finished.contains($0) || Self.allowed[$0] == nil }
            }
            guard !next.isEmpty else {
                Issue.record("circle among \(remaining.keys.sorted())")
                return
            }
            for name in next.keys {
                finished.insert(name)
                remaining[name] = nil
            }
        }
    }

    /// An `errno` that is read after anything else has run is another call's.
    @Test func errnoIsReadInOnePlace() throws {
        // `errno` as a value of its own: no member, no label, no binding of that name.
        let bare = /ErrorNumber\(rawValue: [^)]*\berrno\b|Glibc\.errno/
        let readers = try SourceFile.all().filter { $0.code.contains(bare) }
        #expect(readers.map(\.path) == ["LinuxSystem/Errors/SystemCall.swift"])
    }

    /// A thread that has entered another network namespace must do nothing else.
    @Test func namespacesAreEnteredInOnePlace() throws {
        let callers = try SourceFile.all().filter { file in
            [
                "vfmap_enter_network_namespace(", "vfmap_socket_in_network_namespace(",
                "vfmap_unshare_network_namespace(", "setns(",
            ].contains { file.code.contains($0) }
        }
        #expect(callers.map(\.path) == ["LinuxSystem/Namespaces/NetworkNamespace.swift"])
    }

    @Test(arguments: ["try!", "as!", "fatalError(", "print(", "@unchecked Sendable", "unowned("])
    func noFileHas(_ text: String) throws {
        let files = try SourceFile.all().filter { $0.code.contains(text) }
        #expect(files.map(\.path) == [])
    }

    /// What makes the plugin start fast is of no use to a program that lives long, and harms it.
    @Test func staticRuntimeIsThePluginsAlone() throws {
        let manifest = try String(
            contentsOf: SourceFile.package.appending(path: "Package.swift"), encoding: .utf8)
        let users = manifest.components(separatedBy: "arget(").filter {
            $0.contains("\"StaticRuntime\"") && !$0.contains("name: \"StaticRuntime\"")
        }
        #expect(users.count == 1)
        #expect(users.first?.contains("name: \"sriov\"") == true)
        // Sections by function and values without layouts: only what the plugin is made of.
        let separable = manifest.components(separatedBy: "arget(").filter {
            $0.contains("strict + separable")
        }.compactMap { $0.firstMatch(of: /name: "(\w+)"/).map { String($0.1) } }
        #expect(
            separable.sorted() == [
                "CNI", "CNIPlugin", "FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SQLite",
                "SRIOV",
            ])
    }
}
