import Glibc
import LinuxSystem
import Testing

@Suite struct ErrorTests {
    @Test func errnoHasWordsAndName() {
        #expect(ErrorNumber.notSupported.description == "operation not supported (EOPNOTSUPP)")
        #expect(ErrorNumber(rawValue: 4711).name == "errno 4711")
    }

    @Test func failuresOfTheLibraryAndOfTheShimAreToldApart() {
        let library = #expect(throws: SystemCallError.self) {
            try systemCall("open", on: "/nothing") { open("/nothing", O_RDONLY) }
        }
        #expect(library?.description == "open /nothing: no such file or directory (ENOENT)")
        let shim = #expect(throws: SystemCallError.self) {
            try systemCall("open", on: "") { -ENXIO }
        }
        #expect(shim?.description == "open: no such device or address (ENXIO)")
    }

    @Test func interruptedCallsAreRepeated() throws {
        var calls = 0
        let result = try systemCall("read", on: "") { () -> Int32 in
            calls += 1
            return calls < 3 ? -EINTR : 7
        }
        #expect(result == 7)
        #expect(calls == 3)
    }

    @Test func pathsThatAreNoNamespacesAreRefused() {
        let missing = #expect(throws: NetworkNamespaceError.self) {
            try NetworkNamespace.open("/run/netns/nothing-of-this-name")
        }
        #expect(missing == .missing("/run/netns/nothing-of-this-name"))
        let file = #expect(throws: NetworkNamespaceError.self) {
            try NetworkNamespace.open("/etc/passwd")
        }
        #expect(file == .notANamespace("/etc/passwd"))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func namespacesOfAnotherKindAreRefused() {
        let other = #expect(throws: NetworkNamespaceError.self) {
            try NetworkNamespace.open("/proc/self/ns/uts")
        }
        #expect(other == .notANamespace("/proc/self/ns/uts"))
    }
}
