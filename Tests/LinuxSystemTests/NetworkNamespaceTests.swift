import Foundation
import LinuxSystem
import Testing

@Suite struct NetworkNamespaceTests {
    @Test func aPipeAtThePathIsNoNamespaceAndNoReasonToWait() throws {
        let path = FileManager.default.temporaryDirectory.path + "/vfmap-\(UUID()).fifo"
        try #require(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        #expect(throws: NetworkNamespaceError.notANamespace(path)) {
            _ = try NetworkNamespace.open(path)
        }
    }

    @Test(arguments: ["/etc/hostname", "/etc", "/dev/null", "/proc/self/ns/mnt"])
    func somethingElseAtThePathIsNamed(path: String) {
        #expect(throws: NetworkNamespaceError.notANamespace(path)) {
            _ = try NetworkNamespace.open(path)
        }
    }
}
