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
        return try folderEntries("/proc").compactMap { Int($0) }.sorted().filter { process in
            let folder = "/proc/\(process)/fd"
            return ((try? folderEntries(folder)) ?? []).contains { entry in
                (try? linkText("\(folder)/\(entry)")).flatMap { $0 }.map(paths.contains) ?? false
            }
        }.map { process in
            let name = (try? proc.value(of: "\(process)/comm")).flatMap { $0 }
            return name.map { "\($0) (\(process))" } ?? "process \(process)"
        }
    }
}
