// swift-tools-version: 6.2

import PackageDescription

/// Settings of what the plugin is made of.
///
/// One section per function, so the linker can order them; no type layouts, so none are instantiated at start-up.
let separable: [SwiftSetting] = [
    .unsafeFlags(
        ["-Xfrontend", "-function-sections", "-Xfrontend", "-disable-type-layout"],
        .when(configuration: .release))
]

/// Settings of every Swift target: warnings are errors, and the upcoming features that keep
/// imports and existentials explicit.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Settings of every C target: a stack that was written over ends the process, and so does a write beyond a buffer
/// whose size the compiler knows, which it does only when it optimises.
let hardened: [CSetting] = [
    .unsafeFlags(["-fstack-protector-strong"]),
    .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
]

/// Settings of the programs that are linked with shared libraries: every symbol is bound at the start, and the table
/// of their addresses is read-only from then on.
let boundAtStart: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"], .when(configuration: .release))
]

let package = Package(
    name: "vfmap",
    products: [
        .executable(name: "sriov", targets: ["sriov"]),
        .executable(name: "vfmap", targets: ["vfmap"]),
        .executable(name: "vfmapd", targets: ["vfmapd"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries and the few C functions that Swift cannot call or express.
        .target(name: "CLinuxShim", cSettings: hardened),
        .systemLibrary(
            name: "CNetlink", pkgConfig: "libnl-genl-3.0",
            providers: [.apt(["libnl-3-dev", "libnl-genl-3-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSQLiteFiles", dependencies: ["CSQLite"], cSettings: hardened),
        .target(name: "CPCI", cSettings: hardened, linkerSettings: [.linkedLibrary("pci")]),
        .systemLibrary(name: "CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),

        // What makes the plugin start fast; linked into `sriov` alone.
        .target(
            name: "StaticRuntime", dependencies: ["CSQLite"], exclude: ["link-order.txt"],
            cSettings: [.define("VFMAP_STATIC", .when(configuration: .release))] + hardened),

        // Libraries, each depending only on those above it.
        .target(name: "JSON", swiftSettings: strict + separable),
        .target(
            name: "LinuxSystem", dependencies: ["CLinuxShim"], swiftSettings: strict + separable),
        .target(
            name: "SQLite", dependencies: ["LinuxSystem", "CSQLite", "CSQLiteFiles"],
            swiftSettings: strict + separable),
        .target(
            name: "Netlink", dependencies: ["LinuxSystem", "CNetlink"],
            swiftSettings: strict + separable),
        .target(
            name: "SRIOV", dependencies: ["JSON", "LinuxSystem", "Netlink", "SQLite"],
            swiftSettings: strict + separable),
        .target(
            name: "PCIDevices", dependencies: ["LinuxSystem", "CPCI", "CUdev"],
            swiftSettings: strict),
        .target(
            name: "CNI", dependencies: ["JSON", "LinuxSystem", "Netlink"],
            swiftSettings: strict + separable),
        .target(
            name: "FrontEndSupport",
            dependencies: ["CNI", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
            swiftSettings: strict + separable),
        // Not linked into the plugin: what makes PFs and VFs as the configuration file asks.
        .target(
            name: "Node",
            dependencies: ["FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
            swiftSettings: strict),
        .target(
            name: "CNIPlugin",
            dependencies: ["CNI", "FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
            swiftSettings: strict + separable),
        .target(
            name: "DockerDriver",
            dependencies: ["FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV"],
            swiftSettings: strict),
        .target(
            name: "Metrics", dependencies: ["FrontEndSupport", "LinuxSystem", "Netlink", "SRIOV"],
            swiftSettings: strict),
        .target(
            name: "DaemonInterface", dependencies: ["JSON", "LinuxSystem", "SRIOV"],
            swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "JSON", "LinuxSystem", "Netlink", "SRIOV", "PCIDevices", "FrontEndSupport", "Node",
                "DockerDriver", "DaemonInterface", "Metrics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "AdminTool",
            dependencies: [
                "LinuxSystem", "Netlink", "SRIOV", "PCIDevices", "FrontEndSupport", "Node",
                "DaemonInterface", "Metrics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Programs. The plugin is exec'ed for every container, so it is a static executable:
        // it starts in a third of the time and runs on a node that has none of our libraries.
        .executableTarget(
            name: "sriov", dependencies: ["CNIPlugin", "SRIOV", "StaticRuntime"],
            swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-executable", "-Xlinker", "-s", "-use-ld=lld", "-Xlinker",
                        "--symbol-ordering-file=\(Context.packageDirectory)/Sources/StaticRuntime/link-order.txt",
                        "-Xlinker", "--no-warn-symbol-ordering",
                    ], .when(configuration: .release))
            ]),
        .executableTarget(
            name: "vfmap", dependencies: ["AdminTool", "PCIDevices", "SRIOV"],
            swiftSettings: strict, linkerSettings: boundAtStart),
        .executableTarget(
            name: "vfmapd", dependencies: ["Daemon", "PCIDevices", "SRIOV"],
            swiftSettings: strict, linkerSettings: boundAtStart),

        // Measures the state file for `make bench`; no part of the product.
        .executableTarget(
            name: "store-bench", dependencies: ["LinuxSystem", "Netlink", "SRIOV"],
            path: "Tests/Bench/StoreBench", swiftSettings: strict),

        // Tests, the machine in memory and the generated cases that they share.
        .target(name: "Fuzzing", path: "Tests/Fuzzing", swiftSettings: strict),
        .target(
            name: "SimulatedHost", dependencies: ["LinuxSystem", "Netlink", "SRIOV", "Fuzzing"],
            path: "Tests/SimulatedHost", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["LinuxSystem", "SRIOV", "SimulatedHost"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "RulesTests", swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "Fuzzing"], swiftSettings: strict),
        .testTarget(
            name: "LinuxSystemTests", dependencies: ["LinuxSystem"], swiftSettings: strict),
        .testTarget(
            name: "NetlinkTests",
            dependencies: ["LinuxSystem", "Netlink", "CLinuxShim", "Fuzzing"],
            swiftSettings: strict),
        .testTarget(
            name: "PCIDevicesTests", dependencies: ["PCIDevices", "LinuxSystem"],
            swiftSettings: strict),
        .testTarget(
            name: "SRIOVTests",
            dependencies: [
                "Node", "FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SQLite", "SRIOV",
                "SimulatedHost", "TestSupport", "Fuzzing", "CSQLite",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "NodeTests",
            dependencies: [
                "JSON", "LinuxSystem", "Netlink", "Node", "SRIOV", "SimulatedHost", "Fuzzing",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CNITests", dependencies: ["CNI", "JSON", "LinuxSystem", "Netlink"],
            swiftSettings: strict),
        .testTarget(
            name: "FrontEndSupportTests",
            dependencies: ["FrontEndSupport", "LinuxSystem", "Node", "SRIOV"],
            swiftSettings: strict),
        .testTarget(
            name: "CNIPluginTests",
            dependencies: [
                "CNI", "CNIPlugin", "FrontEndSupport", "JSON", "LinuxSystem", "Netlink", "SRIOV",
                "SimulatedHost", "TestSupport", "Fuzzing",
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "DockerDriverTests",
            dependencies: [
                "DockerDriver", "JSON", "LinuxSystem", "Netlink", "SRIOV", "SimulatedHost",
                "TestSupport", "Fuzzing",
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "MetricsTests",
            dependencies: [
                "FrontEndSupport", "Metrics", "LinuxSystem", "Netlink", "SRIOV", "SimulatedHost",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AdminToolTests",
            dependencies: [
                "AdminTool", "DaemonInterface", "FrontEndSupport", "Node", "JSON", "LinuxSystem",
                "Metrics", "Netlink", "PCIDevices", "SQLite", "SRIOV", "SimulatedHost",
                "TestSupport", "Fuzzing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "DaemonInterface", "FrontEndSupport", "Node", "JSON", "LinuxSystem",
                "CLinuxShim", "Metrics", "Netlink", "PCIDevices", "SRIOV", "SimulatedHost",
                "TestSupport", "vfmapd",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
