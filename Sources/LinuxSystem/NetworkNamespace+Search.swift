extension NetworkNamespace {
    /// Paths of the network namespaces that can be reached from here, other than our own.
    ///
    /// Named ones below `/run/netns` come first, then those of processes, in order of process number; each
    /// namespace is listed once. What goes away while we look, or may not be looked at, is left out.
    package static func reachablePaths() throws(SystemCallError) -> [String] {
        let own = try FileIdentity(of: "/proc/self/ns/net")
        var seen: Set<FileIdentity> = [own]
        var paths: [String] = []
        func consider(_ path: String) {
            // A namespace that has just gone, or is another user's, is one that cannot be reached.
            guard let identity = try? FileIdentity(of: path), identity.device == own.device,
                seen.insert(identity).inserted
            else { return }
            paths.append(path)
        }
        // Without the folder nobody has named a namespace.
        for name in (try? folderEntries("/run/netns")) ?? [] { consider("/run/netns/\(name)") }
        let processes = try folderEntries("/proc").compactMap { Int($0) }.sorted()
        for process in processes { consider("/proc/\(process)/ns/net") }
        return paths
    }
}
