import DaemonInterface
import Testing

/// The object `daemon` of the configuration file.
@Suite struct ConfigurationTests {
    private static func read(_ text: String) throws -> DaemonConfiguration {
        try DaemonConfiguration(
            parsing: Array(text.utf8), path: "/etc/vfmap/config.json", runFolder: "/run/vfmap")
    }

    private static let standard = DaemonConfiguration(runFolder: "/run/vfmap")

    @Test func withoutAFileEverythingHasItsDefault() throws {
        let read = try DaemonConfiguration.read("/nonexistent/c.json", runFolder: "/run/vfmap")
        #expect(read.dockerSocket == "/run/docker/plugins/sriov.sock")
        #expect(read.statusSocket == "/run/vfmap/vfmapd.sock")
        #expect(read.reconcileSeconds == 60)
        #expect(read.logLevel == .info)
        #expect(read.logFormat == .text)
    }

    @Test(arguments: [
        #"{}"#, #"{"daemon": null}"#, #"{"daemon": {}}"#, #"{"resourceList": [], "other": 1}"#,
        #"{"daemon": {"statusSocket": null, "reconcileSeconds": null, "logLevel": null}}"#,
    ])
    func whatIsNotSaidHasItsDefault(text: String) throws {
        #expect(try Self.read(text) == Self.standard)
    }

    @Test func everythingCanBeSaid() throws {
        let read = try Self.read(
            #"{"daemon": {"dockerSocket": "/a/d", "statusSocket": "/a/s", "#
                + #""reconcileSeconds": 5, "logLevel": "trace", "logFormat": "json"}}"#)
        #expect(read.dockerSocket == "/a/d")
        #expect(read.statusSocket == "/a/s")
        #expect(read.reconcileSeconds == 5)
        #expect(read.logLevel == .trace)
        #expect(read.logFormat == .json)
    }

    @Test func nullSwitchesDockerOff() throws {
        #expect(try Self.read(#"{"daemon": {"dockerSocket": null}}"#).dockerSocket == nil)
    }

    @Test(arguments: [
        ("[]", "must be a JSON object, not an array"),
        ("{", "is not a JSON document: "),
        (#"{"daemon": 1}"#, "daemon: must be an object, not a number"),
        (#"{"daemon": {"socket": "/a"}}"#, "daemon.socket: is not known"),
        (
            #"{"daemon": {"dockerSocket": 1}}"#,
            "daemon.dockerSocket: must be a string, not a number"
        ),
        (
            #"{"daemon": {"dockerSocket": "a/b"}}"#,
            #"daemon.dockerSocket: must be an absolute path, not "a/b""#
        ),
        (
            #"{"daemon": {"statusSocket": ""}}"#,
            #"daemon.statusSocket: must be an absolute path, not """#
        ),
        (
            #"{"daemon": {"statusSocket": "/a/"}}"#,
            #"daemon.statusSocket: must be an absolute path, not "/a/""#
        ),
        (
            #"{"daemon": {"statusSocket": "/"# + String(repeating: "a", count: 107) + #""}}"#,
            "daemon.statusSocket: must have at most 107 bytes, not 108"
        ),
        (
            #"{"daemon": {"dockerSocket": "/a", "statusSocket": "/a"}}"#,
            "daemon.statusSocket: must not be that of dockerSocket"
        ),
        (
            #"{"daemon": {"reconcileSeconds": 4}}"#,
            "daemon.reconcileSeconds: must be an integer from 5 to 86400, not 4"
        ),
        (
            #"{"daemon": {"reconcileSeconds": 86401}}"#,
            "daemon.reconcileSeconds: must be an integer from 5 to 86400, not 86401"
        ),
        (
            #"{"daemon": {"reconcileSeconds": "60"}}"#,
            "daemon.reconcileSeconds: must be an integer from 5 to 86400, not a string"
        ),
        (
            #"{"daemon": {"logLevel": "loud"}}"#,
            "daemon.logLevel: must be one of trace, debug, info, notice, warning, error, critical, "
                + #"not "loud""#
        ),
        (
            #"{"daemon": {"logFormat": "xml"}}"#,
            #"daemon.logFormat: must be one of text, json, not "xml""#
        ),
    ])
    func whatIsWrongIsNamed(text: String, problem: String) {
        #expect {
            try Self.read(text)
        } throws: { error in
            "\(error)".hasPrefix("/etc/vfmap/config.json: \(problem)")
        }
    }

    @Test func theRunFolderIsThatOfTheEnvironment() {
        #expect(DaemonConfiguration.runFolder(environment: [:]) == "/run/vfmap")
        #expect(DaemonConfiguration.runFolder(environment: ["VFMAP_RUN": ""]) == "/run/vfmap")
        #expect(DaemonConfiguration.runFolder(environment: ["VFMAP_RUN": "/a"]) == "/a")
    }
}
