import Glibc
import LinuxSystem
import Testing

@Suite struct ProcessSearchTests {
    @Test func aProcessIsFoundByWhatItHasOpen() throws {
        var template = Array("/tmp/vfmap-search-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = try #require(
            String(validating: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer { unlink(path) }
        let name = try #require(try Sysfs(root: "/proc").value(of: "self/comm"))
        #expect(
            try ProcessSearch.processes(holding: [path, "/dev/vfmap-none"])
                == ["\(name) (\(getpid()))"])
        close(descriptor)
        #expect(try ProcessSearch.processes(holding: [path]) == [])
        #expect(try ProcessSearch.processes(holding: []) == [])
    }
}
