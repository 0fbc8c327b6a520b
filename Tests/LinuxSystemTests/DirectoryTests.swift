import Glibc
import LinuxSystem
import Testing

/// The names in a directory: all of them, or an error.
@Suite struct DirectoryTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/vfmap-directory-XXXXXX".utf8CString)
        let path = String(cString: try #require(mkdtemp(&template)))
        defer { rmdir(path) }
        try body(path)
    }

    @Test func allNamesAreReadHoweverManyThereAre() throws {
        try withDirectory { path in
            #expect(try directoryNames(path) == [])
            // Several times what one getdents64(2) gives.
            let names = (0..<1000).map { "\(10_000 + $0)" + String(repeating: "x", count: 120) }
            for name in names {
                _ = try Descriptor(opening: "\(path)/\(name)", flags: O_WRONLY | O_CREAT)
            }
            defer { for name in names { unlink("\(path)/\(name)") } }
            #expect(try directoryNames(path) == names)
        }
    }

    @Test func aDirectoryThatIsRemovedWhileItIsReadIsEmpty() throws {
        try withDirectory { path in
            let descriptor = try Descriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
            #expect(rmdir(path) == 0)
            #expect(try descriptor.directoryEntries(subject: path) == [])
        }
    }

    @Test func whatCannotBeReadIsAnErrorNotTheEnd() throws {
        let file = try Descriptor(opening: "/proc/self/status")
        let error = #expect(throws: SystemCallError.self) {
            try file.directoryEntries(subject: "/proc/self/status")
        }
        #expect(error?.description == "read /proc/self/status: not a directory (ENOTDIR)")
        #expect(
            #expect(throws: SystemCallError.self) { try directoryNames("/proc/self/status") }?.errno
                == .notDirectory)
        #expect(
            #expect(throws: SystemCallError.self) { try directoryNames("/tmp/vfmap-none") }?.errno
                == .noSuchFile)
    }

    /// With no descriptor left a search cannot look, and must not say that there is nothing.
    @Test func aSearchThatCannotLookIsAnError() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            #expect(throws: SystemCallError.self) {
                try ProcessSearch.processes(holding: ["/tmp/vfmap-none"])
            }
            #expect(throws: SystemCallError.self) { try NetworkNamespace.reachablePaths() }
        }
    }
}
