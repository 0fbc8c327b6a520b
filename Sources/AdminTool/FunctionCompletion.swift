internal import ArgumentParser
internal import LinuxSystem

/// What a shell offers for arguments that name PFs, VFs and namespaces.
enum FunctionCompletion {
    static var virtual: CompletionKind { .custom { _, _, _ in virtualFunctions(in: Sysfs()) } }

    static var physical: CompletionKind { .custom { _, _, _ in physicalFunctions(in: Sysfs()) } }

    static var any: CompletionKind {
        .custom { _, _, _ in physicalFunctions(in: Sysfs()) + virtualFunctions(in: Sysfs()) }
    }

    static var namespace: CompletionKind {
        .custom { _, _, _ in
            // Nothing is offered where there is nothing to read: a completion has nowhere to complain.
            (try? directoryNames("/run/netns")) ?? []
        }
    }

    /// The addresses of all VFs and the names of their interfaces in this namespace.
    static func virtualFunctions(in sysfs: Sysfs) -> [String] {
        names(of: functions(in: sysfs).filter { sysfs.exists("\($0)/physfn") }, in: sysfs)
    }

    /// The addresses of all PFs and the names of their interfaces in this namespace.
    static func physicalFunctions(in sysfs: Sysfs) -> [String] {
        names(of: functions(in: sysfs).filter { sysfs.exists("\($0)/sriov_totalvfs") }, in: sysfs)
    }

    private static func names(of directories: [String], in sysfs: Sysfs) -> [String] {
        directories.flatMap { directory in
            // As above: no names rather than an error.
            let names = (try? sysfs.entries(of: "\(directory)/net")) ?? []
            return [lastComponent(directory)] + names
        }
    }

    private static func functions(in sysfs: Sysfs) -> [String] {
        // As above: nothing to offer rather than an error.
        let names = (try? sysfs.entries(of: "bus/pci/devices")) ?? []
        return names.map { "bus/pci/devices/\($0)" }
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
