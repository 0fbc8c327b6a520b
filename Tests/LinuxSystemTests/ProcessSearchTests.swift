import Glibc
import LinuxSystem
import Testing

@Suite struct ProcessSearchTests {
    @Test func aProcessIsFoundByWhatItHasOpen() throws {
        var template = Array("/tmp/vfmap-search-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        // Else every child that another test starts would hold it too.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let path = try #require(
            String(validating: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer { unlink(path) }
        let name = try #require(try Sysfs(root: "/proc").value(of: "self/comm"))
        try expect([path, "/dev/vfmap-none"], heldBy: ["\(name) (\(getpid()))": [path]])
        close(descriptor)
        try expect([path], heldBy: [:])
        #expect(try ProcessSearch.processes(holding: []).isEmpty)
    }

    /// Looks again while a child of another test, between fork(2) and exec(2), holds what we hold.
    private func expect(
        _ paths: Set<String>, heldBy holders: [String: Set<String>]
    ) throws {
        let deadline = Deadline(after: .seconds(120))
        var found: [String: Set<String>]
        repeat {
            found = Dictionary(
                try ProcessSearch.processes(holding: paths).map { ($0.process, $0.paths) },
                uniquingKeysWith: { first, _ in first })
        } while found != holders && !deadline.hasPassed
        #expect(found == holders)
    }
}
