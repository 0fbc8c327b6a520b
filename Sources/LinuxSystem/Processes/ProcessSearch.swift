/// Looks for processes by what they have open.
package enum ProcessSearch {
    /// The processes that have one of some files open: `qemu-system-x86 (4711)`, in order of process number.
    ///
    /// Processes that may not be looked at, or that end meanwhile, are passed over.
    ///
    /// - Parameter paths: As the processes themselves see them, without symbolic links.
    package static func processes(
        holding paths: Set<String>
    ) throws(SystemCallError) -> [String] {
        guard !paths.isEmpty else { return [] }
        let proc = Sysfs(root: "/proc")
        var holders: [String] = []
        for process in try directoryNames("/proc").compactMap({ Int($0) }).sorted()
        where try holds(process, paths) {
            // Its name is a help, no more.
            let name = (try? proc.value(of: "\(process)/comm")).flatMap { $0 }
            holders.append(name.map { "\($0) (\(process))" } ?? "process \(process)")
        }
        return holders
    }

    private static func holds(
        _ process: Int, _ paths: Set<String>
    ) throws(SystemCallError) -> Bool {
        let directory = "/proc/\(process)/fd"
        let entries = try ifVisible { () throws(SystemCallError) in try directoryNames(directory) }
        for entry in entries ?? [] {
            let target = try ifVisible { () throws(SystemCallError) in
                try linkText("\(directory)/\(entry)")
            }
            if let target = target.flatMap({ $0 }), paths.contains(target) { return true }
        }
        return false
    }
}
