extension NetworkNamespace {
    /// Paths of the network namespaces that can be reached from here, other than our own.
    ///
    /// Named ones below `/run/netns` come first, then Docker's sandboxes, then those of processes, in order of
    /// process number; each namespace is listed once. What goes away while we look, or may not be looked at, is
    /// left out.
    ///
    /// - Throws: `SystemCallError` if `/proc` cannot be read, or if a look fails for another reason than absence or
    ///   missing rights.
    package static func reachablePaths() throws(SystemCallError) -> [String] {
        let own = try FileIdentity(of: "/proc/self/ns/net")
        var seen: Set<FileIdentity> = [own]
        var paths: [String] = []
        func consider(_ path: String) throws(SystemCallError) {
            // A namespace that has just gone, or is another user's, is one that cannot be reached.
            let identity = try ifVisible { () throws(SystemCallError) in
                try FileIdentity(of: path)
            }
            guard let identity, identity.device == own.device, seen.insert(identity).inserted
            else { return }
            paths.append(path)
        }
        for directory in ["/run/netns", "/run/docker/netns"] {
            // Without the directory nobody has named a namespace.
            let names = try ifVisible { () throws(SystemCallError) in try directoryNames(directory)
            }
            for name in names ?? [] { try consider("\(directory)/\(name)") }
        }
        for process in try processes() { try consider("/proc/\(process)/ns/net") }
        return paths
    }

    /// Whether the main thread of a process lives in a namespace.
    ///
    /// One that only a bind mount or a descriptor keeps alive has none. Processes that may not be looked at are
    /// passed over.
    ///
    /// - Throws: `SystemCallError` if `/proc` cannot be read, or if a look fails for another reason than absence or
    ///   missing rights.
    package static func hasProcess(in namespace: NamespaceIdentity) throws(SystemCallError) -> Bool
    {
        for process in try processes() {
            let identity = try ifVisible { () throws(SystemCallError) in
                try FileIdentity(of: "/proc/\(process)/ns/net")
            }
            if identity?.device == namespace.device, identity?.inode == namespace.inode {
                return true
            }
        }
        return false
    }

    private static func processes() throws(SystemCallError) -> [Int] {
        try directoryNames("/proc").compactMap { Int($0) }.sorted()
    }
}
