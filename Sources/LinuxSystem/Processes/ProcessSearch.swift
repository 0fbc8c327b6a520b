/// Looks for processes by what they have open.
package enum ProcessSearch {
    /// The processes that have one of some files open, `qemu-system-x86 (4711)`, in order of process number, each with
    /// those of the files that it has open.
    ///
    /// Processes that may not be looked at, or that end meanwhile, are passed over.
    ///
    /// - Parameter paths: As the processes themselves see them, without symbolic links.
    /// - Throws: `SystemCallError` if `/proc` cannot be read.
    package static func processes(
        holding paths: Set<String>
    ) throws(SystemCallError) -> [(process: String, paths: Set<String>)] {
        guard !paths.isEmpty else { return [] }
        let proc = Sysfs(root: "/proc")
        var holders: [(process: String, paths: Set<String>)] = []
        for process in try directoryNames("/proc").compactMap({ Int($0) }).sorted() {
            let held = try files(of: process, among: paths)
            if held.isEmpty { continue }
            // Its name is a help, no more.
            let name = (try? proc.value(of: "\(process)/comm")).flatMap { $0 }
            holders.append((name.map { "\($0) (\(process))" } ?? "process \(process)", held))
        }
        return holders
    }

    private static func files(
        of process: Int, among paths: Set<String>
    ) throws(SystemCallError) -> Set<String> {
        let directory = "/proc/\(process)/fd"
        var held: Set<String> = []
        let entries = try ifVisible { () throws(SystemCallError) in try directoryNames(directory) }
        for entry in entries ?? [] {
            let target = try ifVisible { () throws(SystemCallError) in
                try linkText("\(directory)/\(entry)")
            }
            if let target = target.flatMap({ $0 }), paths.contains(target) { held.insert(target) }
        }
        return held
    }
}
