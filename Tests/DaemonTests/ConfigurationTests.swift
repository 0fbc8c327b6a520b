import DaemonInterface
import Foundation
import Testing

/// The object `daemon` of the configuration file.
@Suite struct ConfigurationTests {
    private static func read(_ text: String) throws -> DaemonConfiguration {
        try DaemonConfiguration(
            parsing: Array(text.utf8), path: "/etc/vfmap/config.json", runDirectory: "/run/vfmap")
    }

    private static let standard = DaemonConfiguration(runDirectory: "/run/vfmap")

    @Test func withoutAFileEverythingHasItsDefault() throws {
        let read = try DaemonConfiguration.read("/nonexistent/c.json", runDirectory: "/run/vfmap")
        #expect(read.dockerSocket == "/run/docker/plugins/sriov.sock")
        #expect(read.statusSocket == "/run/vfmap/vfmapd.sock")
        #expect(read.metrics == nil)
        #expect(read.drift == .report)
        #expect(read.reconcileSeconds == 60)
        #expect(read.logLevel == .info)
        #expect(read.logFormat == .text)
    }

    @Test(arguments: [
        #"{}"#, #"{"daemon": null}"#, #"{"daemon": {}}"#, #"{"resourceList": [], "other": 1}"#,
        #"{"daemon": {"statusSocket": null, "reconcileSeconds": null, "logLevel": null}}"#,
        #"{"daemon": {"metrics": null, "drift": null}}"#,
    ])
    func whatIsNotSaidHasItsDefault(text: String) throws {
        #expect(try Self.read(text) == Self.standard)
    }

    @Test func everythingCanBeSaid() throws {
        let read = try Self.read(
            #"{"daemon": {"dockerSocket": "/a/d", "statusSocket": "/a/s", "#
                + #""reconcileSeconds": 5, "logLevel": "trace", "logFormat": "json", "#
                + #""metrics": "[0::1]:9808", "drift": "mend"}}"#)
        #expect(read.metrics?.description == "[::1]:9808")
        #expect(read.drift == .remediate)
        #expect(read.dockerSocket == "/a/d")
        #expect(read.statusSocket == "/a/s")
        #expect(read.reconcileSeconds == 5)
        #expect(read.logLevel == .trace)
        #expect(read.logFormat == .json)
    }

    @Test(arguments: [
        ("127.0.0.1:9808", "127.0.0.1:9808"), ("0.0.0.0:1", "0.0.0.0:1"),
        ("[::]:65535", "[::]:65535"),
        ("unix:/run/vfmap/metrics.sock", "unix:/run/vfmap/metrics.sock"),
    ])
    func metricsAreServedWhereItSays(text: String, address: String) throws {
        let read = try Self.read(#"{"daemon": {"metrics": "\#(text)"}}"#)
        #expect(read.metrics?.description == address)
    }

    @Test(arguments: [
        "", "9808", ":9808", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
        "127.0.0.1:+1", "127.0.0.1:9808 ", "localhost:9808", "127.1:9808", "::1:9808", "[::1]",
        "[127.0.0.1]:9808", "[fe80::1%eth0]:9808", "/run/m.sock", "tcp:127.0.0.1:9808",
    ])
    func whatIsNoAddressIsNamed(text: String) {
        #expect {
            try Self.read(#"{"daemon": {"metrics": "\#(text)"}}"#)
        } throws: { error in
            "\(error)"
                == "/etc/vfmap/config.json: daemon.metrics: must be an IP address with a port "
                + "(127.0.0.1:9808, [::1]:9808) or a path after unix:, not \"\(text)\""
        }
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
        (#"{"daemon": {"metrics": 9808}}"#, "daemon.metrics: must be a string, not a number"),
        (
            #"{"daemon": {"metrics": "unix:m.sock"}}"#,
            #"daemon.metrics: must be an absolute path, not "m.sock""#
        ),
        (
            #"{"daemon": {"metrics": "unix:/run/vfmap/vfmapd.sock"}}"#,
            "daemon.metrics: must not be that of dockerSocket or statusSocket"
        ),
        (
            #"{"daemon": {"drift": "force"}}"#,
            #"daemon.drift: must be one of report, mend, not "force""#
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

    @Test func theSchemaHasTheSameKeys() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/config.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: path))
        let definitions = (schema as? [String: Any])?["$defs"] as? [String: Any]
        let daemon = try #require(definitions?["daemon"] as? [String: Any])
        #expect(daemon["additionalProperties"] as? Bool == false)
        let properties = try #require(daemon["properties"] as? [String: Any])
        #expect(properties.keys.sorted() == DaemonConfiguration.keys.sorted())
    }
}
