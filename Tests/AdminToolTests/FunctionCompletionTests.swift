import Glibc
import LinuxSystem
import Testing

@testable import AdminTool

@Suite struct FunctionCompletionTests {
    /// A tree with one PF, one VF and a function that is neither.
    private func withTree(_ body: (Sysfs) throws -> Void) throws {
        var template = Array("/tmp/vfmap-sysfs-XXXXXX".utf8CString)
        let root = String(cString: try #require(mkdtemp(&template)))
        let devices = root + "/bus/pci/devices"
        let directories = [
            devices + "/0000:01:00.0/net/ens1f0", devices + "/0000:01:00.0/sriov_totalvfs",
            devices + "/0000:01:10.0/physfn", devices + "/0000:01:10.0/net/ens1f0v0",
            devices + "/0000:02:00.0/net/eth0",
        ]
        for directory in directories { try makeDirectories(directory) }
        defer {
            for directory in directories {
                var path = directory
                while path.count >= root.count, rmdir(path) == 0 {
                    path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
                }
            }
        }
        try body(Sysfs(root: root))
    }

    @Test func vfsAreOfferedByAddressAndName() throws {
        try withTree { sysfs in
            #expect(FunctionCompletion.virtualFunctions(in: sysfs) == ["0000:01:10.0", "ens1f0v0"])
        }
    }

    @Test func pfsAreOfferedByAddressAndName() throws {
        try withTree { sysfs in
            #expect(FunctionCompletion.physicalFunctions(in: sysfs) == ["0000:01:00.0", "ens1f0"])
        }
    }

    @Test func nothingIsOfferedWithoutATree() {
        let sysfs = Sysfs(root: "/nonexistent")
        #expect(FunctionCompletion.virtualFunctions(in: sysfs).isEmpty)
        #expect(FunctionCompletion.physicalFunctions(in: sysfs).isEmpty)
    }
}
