import Foundation
import FrontEndSupport
import Node
import SRIOV
import Testing

/// The object `cni` of the configuration file.
@Suite struct CNIConfigurationTests {
    private func read(_ text: String) throws -> CNIConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }  // A leftover fails no test.
        try Data(text.utf8).write(to: URL(filePath: path))
        do {
            return try CNIConfiguration.read(path)
        } catch {
            throw ManagerError(
                error.code, "\(error)".replacingOccurrences(of: path, with: "PATH"))
        }
    }

    @Test(arguments: [
        "{}", #"{"cni": null}"#, #"{"cni": {}}"#, #"{"cni": {"logDirectory": null}}"#,
        #"{"resourceList": 5}"#,
    ])
    func whatIsNotSaidHasItsDefault(text: String) throws {
        let read = try read(text)
        #expect(read.logDirectory == "/var/log/vfmap")
        #expect(
            read.deviceInfoDirectories
                == ["/var/run/k8s.cni.cncf.io/devinfo", "/run/k8s.cni.cncf.io/devinfo"])
    }

    @Test func withoutAFileEverythingHasItsDefault() throws {
        #expect(try CNIConfiguration.read("/nonexistent/config.json") == CNIConfiguration())
    }

    @Test func everythingCanBeSaid() throws {
        let read = try read(#"{"cni": {"logDirectory": "/a", "DeviceInfoDirectory": "/b/c"}}"#)
        #expect(read.logDirectory == "/a")
        #expect(read.deviceInfoDirectories == ["/b/c"])
    }

    @Test(arguments: ["", "/", "a", "/a/", "/a/../b", "/..", "/a/..", "/a\\u0000b"])
    func aDirectoryThatIsNoneIsNamed(path: String) throws {
        let text = #"{"cni": {"logDirectory": "\#(path)"}}"#
        let error = #expect(throws: ManagerError.self) { try read(text) }
        #expect(error?.code == .invalidRequest)
        #expect(
            "\(try #require(error))".hasPrefix(
                "PATH: cni.logDirectory: must be the absolute path of a directory"))
        // Whoever checks the whole file is told as well.
        #expect(throws: ManagerError.self) {
            try NodeConfiguration(parsing: Array(text.utf8), path: "config")
        }
    }

    @Test(arguments: [
        (#"{"cni": []}"#, "PATH: cni: must be an object, not an array"),
        (#"{"cni": {"logfile": "/a"}}"#, "PATH: cni.logfile: is not known"),
        (
            #"{"cni": {"logDirectory": 1}}"#,
            "PATH: cni.logDirectory: must be a string, not a number"
        ),
        (#"{"cni": {}"#, "PATH: is not a JSON document: line 1, column 11: "),
    ])
    func whatIsWrongIsNamed(text: String, message: String) throws {
        let error = #expect(throws: ManagerError.self) { try read(text) }
        #expect("\(try #require(error))".hasPrefix(message))
    }
}
