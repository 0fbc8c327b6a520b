import LinuxSystem
import Testing

@testable import AdminTool

@Suite struct ArgumentTests {
    @Test func aColonMakesAnAddress() throws {
        let address = try #require(PCIAddress("0000:03:10.2"))
        let byAddress = try FunctionReference(parsing: "0000:03:10.2")
        #expect(byAddress == .address(address))
        let byName = try FunctionReference(parsing: "enp3s16f2")
        #expect(byName == .interface("enp3s16f2"))
    }

    @Test(arguments: ["", "a b", "a/b", "03:10.2", "0000:03:10.8", "0000:03:10.2 "])
    func neitherAddressNorName(_ text: String) {
        #expect(throws: InvalidValue.self) { try FunctionReference(parsing: text) }
    }

    @Test(arguments: [
        ("blue", "/run/netns/blue", "blue"),
        ("/run/netns/blue", "/run/netns/blue", "blue"),
        ("/var/run/docker/netns/4f1c9a", "/var/run/docker/netns/4f1c9a", "4f1c9a"),
        ("/proc/4711/ns/net", "/proc/4711/ns/net", "4711"),
        ("cni-1-2", "/run/netns/cni-1-2", "cni-1-2"),
    ])
    func aNamespaceHasAPathAndNamesItsContainer(
        _ text: String, _ path: String, _ container: String
    ) throws {
        let namespace = try NamespaceArgument(parsing: text)
        #expect(namespace.path == path)
        #expect(namespace.containerName == container)
    }

    @Test(arguments: ["", ".", "..", "a/b", "./blue"])
    func noNamespace(_ text: String) {
        #expect(throws: InvalidValue.self) { try NamespaceArgument(parsing: text) }
    }
}
