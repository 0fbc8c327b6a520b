import CNI
import LinuxSystem
import Testing

@Suite struct CNIEnvironmentTests {
    private func environment(_ changes: [String: String]) -> EnvironmentVariables {
        let variables = [
            "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/c1",
            "CNI_IFNAME": "net1", "CNI_PATH": "/opt/cni/bin:/usr/lib/cni",
        ]
        return .other(variables.merging(changes) { $1 })
    }

    @Test func everythingIsRead() throws {
        let read = try CNIEnvironment(environment(["CNI_ARGS": "MAC=x"]))
        #expect(read.command == .add)
        #expect(read.containerID == "c1")
        #expect(read.namespacePath == "/run/netns/c1")
        #expect(read.interfaceName == "net1")
        #expect(read.arguments == "MAC=x")
        #expect(read.searchPath == ["/opt/cni/bin", "/usr/lib/cni"])
    }

    @Test(arguments: [
        ("ADD", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"),
        ("CHECK", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"),
        ("DEL", "CNI_CONTAINERID,CNI_IFNAME,CNI_PATH"),
        ("STATUS", "CNI_PATH"), ("GC", "CNI_PATH"),
    ])
    func allMissingVariablesAreNamedTogether(command: String, names: String) {
        let error = #expect(throws: CNIError.self) {
            try CNIEnvironment(.other(["CNI_COMMAND": command]))
        }
        #expect(
            error
                == CNIError(
                    .invalidEnvironment, "required env variables [\(names)] missing"))
    }

    @Test func anEmptyVariableCountsAsMissing() {
        let error = #expect(throws: CNIError.self) {
            try CNIEnvironment(environment(["CNI_IFNAME": ""]))
        }
        #expect(error?.message == "required env variables [CNI_IFNAME] missing")
    }

    @Test(arguments: ["STATUS", "GC", "VERSION"])
    func commandsAboutNoContainerTakeAnyNames(command: String) throws {
        let read = try CNIEnvironment(
            .other(["CNI_COMMAND": command, "CNI_PATH": "/opt/cni/bin", "CNI_IFNAME": "a/b"]))
        try read.validateNames()
    }

    @Test func deletingNeedsNoNamespace() throws {
        let read = try CNIEnvironment(environment(["CNI_COMMAND": "DEL", "CNI_NETNS": ""]))
        #expect(read.knownNamespacePath == nil)
    }

    @Test(arguments: ["gc", "UPDATE", "add", "FOO"])
    func anUnknownCommandIsNamed(command: String) {
        let error = #expect(throws: CNIError.self) {
            try CNIEnvironment(environment(["CNI_COMMAND": command]))
        }
        #expect(error == CNIError(.invalidEnvironment, "unknown CNI_COMMAND: \(command)"))
    }

    @Test(arguments: ["a/b", "-a", ".a", "a b", "a\n", "\u{e4}", "a;b"])
    func aContainerWithOtherCharactersIsRefused(name: String) throws {
        let read = try CNIEnvironment(environment(["CNI_CONTAINERID": name]))
        let error = #expect(throws: CNIError.self) { try read.validateNames() }
        #expect(
            error
                == CNIError(
                    .invalidEnvironment, "invalid characters in containerID", details: name))
    }

    @Test(arguments: [
        ("abcdefghijklmnop", "interface name is longer than 15 bytes"),
        (
            "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
            "interface name is longer than 15 bytes"
        ),
        (".", "interface name is . or .."),
        ("..", "interface name is . or .."),
        ("a/b", "interface name contains / or : or whitespace characters"),
        ("a:b", "interface name contains / or : or whitespace characters"),
        ("a b", "interface name contains / or : or whitespace characters"),
        ("net1\n", "interface name contains / or : or whitespace characters"),
        ("a\u{a0}b", "interface name contains / or : or whitespace characters"),
        ("a\u{7f}", "interface name contains control characters"),
        ("net%d", "interface name contains %"),
        ("all", "interface name is reserved by the kernel"),
        ("default", "interface name is reserved by the kernel"),
    ])
    func anInterfaceNameThatCannotBeIsRefused(name: String, message: String) throws {
        let read = try CNIEnvironment(environment(["CNI_IFNAME": name]))
        let error = #expect(throws: CNIError.self) { try read.validateNames() }
        #expect(error == CNIError(.invalidEnvironment, message, details: name))
    }

    @Test(arguments: ["a", "eth0", "abcdefghijklmno", "net1.100", "vf-0_a"])
    func usualInterfaceNamesPass(name: String) throws {
        try CNIEnvironment(environment(["CNI_IFNAME": name])).validateNames()
    }
}

@Suite struct CNIArgumentsTests {
    @Test(
        arguments: [
            ("", nil),
            ("MAC=02:00:00:00:00:01", "02:00:00:00:00:01"),
            ("IgnoreUnknown=1;K8S_POD_NAME=p;MAC=02:00:00:00:00:01", "02:00:00:00:00:01"),
            ("K8S_POD_NAME=a=b;IgnoreUnknown=true;", nil),
            ("MAC=", nil),
            ("IgnoreUnknown=false", nil),
        ] as [(String, String?)])
    func theMACIsRead(text: String, mac: String?) throws {
        #expect(try CNIArguments(parsing: text).macAddress == mac)
    }

    @Test(arguments: [
        ("FOO=1;BAR=2", "CNI_ARGS: unknown keys [FOO,BAR] and no IgnoreUnknown=1"),
        ("mac=02:00:00:00:00:01", "CNI_ARGS: unknown keys [mac] and no IgnoreUnknown=1"),
        ("FOO=1;IgnoreUnknown=0", "CNI_ARGS: unknown keys [FOO] and no IgnoreUnknown=1"),
        (
            "IgnoreUnknown=yes",
            "CNI_ARGS: IgnoreUnknown must be 1, true, 0 or false, not \"yes\""
        ),
        ("MAC", "CNI_ARGS: \"MAC\" is not of the form KEY=VALUE"),
        ("=x", "CNI_ARGS: \"=x\" is not of the form KEY=VALUE"),
    ])
    func whatIsNoKnownPairIsRefused(text: String, message: String) {
        let error = #expect(throws: CNIError.self) { try CNIArguments(parsing: text) }
        #expect(error == CNIError(.invalidEnvironment, message))
    }
}
