import CNI
import CNIPlugin
import Foundation
import JSON
import LinuxSystem
import SRIOV
import SimulatedHost
import Testing

/// What podman and containerd were seen to send, and what they were answered.
@Suite struct RecordedTrafficTests {
    struct Call: Sendable, CustomTestStringConvertible {
        let environment: [String: String]
        let input: JSONValue
        let output: JSONValue
        let testDescription: String
    }

    static let calls: [Call] = {
        do {
            return try load()
        } catch {
            Issue.record(error)
            return []
        }
    }()

    private static func load() throws -> [Call] {
        let path = try #require(
            Bundle.module.url(
                forResource: "runtime-calls", withExtension: "jsonl", subdirectory: "Fixtures"))
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        return try lines.map { line in
            guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)) else {
                throw JSONKeyError("line", "is no object")
            }
            let object = JSONObject(members)
            let variables = try object.strings("env").map {
                $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            }
            let environment = Dictionary(
                variables.map { (String($0[0]), String($0[1])) }, uniquingKeysWith: { $1 })
            return Call(
                environment: environment, input: try #require(members["stdin"]),
                output: try #require(members["stdout"]),
                testDescription:
                    "\(try object.string("runtime") ?? "") \(environment["CNI_COMMAND"] ?? "")")
        }
    }

    @Test func thereAreCalls() {
        #expect(Self.calls.count == 33)
    }

    @Test(arguments: calls)
    func everyCallIsUnderstood(call: Call) throws {
        let environment = try CNIEnvironment(.other(call.environment))
        guard environment.command != .version else { return }
        try environment.validateNames()
        let bytes = call.input.encoded()
        let (_, version) = try CNIInput { bytes }.validated()
        let arguments = try CNIArguments(parsing: environment.arguments)
        let input = CNIInput { bytes }
        let configuration = NetworkConfiguration(
            input.object, version: version, arguments: arguments)
        // They were sent to another plugin: only the VF's address is missing.
        #expect(
            configuration.problems.map(\.message) == [
                "deviceID: missing, must be the PCI address of a VF, such as 0000:03:10.2, "
                    + "unless there is pf or pool"
            ])
    }

    @Test(arguments: calls)
    func resultsAreReadAndPrintedAsTheyWere(call: Call) throws {
        guard case .object(var members) = call.output, call.environment["CNI_COMMAND"] == "ADD",
            case .string(let text)? = members["cniVersion"], let version = CNIVersion(text)
        else { return }
        let result = try CNIResult(JSONObject(members), defaultVersion: .newest)
        // The plugins of then printed it empty in 1.0.0 too.
        if !version.alwaysHasDNS { members["dns"] = nil }
        #expect(result.document(version: version) == .object(members))
    }

    @Test(arguments: calls)
    func aCallForAVFIsServed(call: Call) throws {
        guard let command = call.environment["CNI_COMMAND"], command != "VERSION",
            case .object(var members) = call.input
        else { return }
        let fixture = try PluginFixture()
        if let path = call.environment["CNI_NETNS"], !path.isEmpty {
            fixture.host.makeNamespace(path)
        }
        members["deviceID"] = .string("0000:01:10.0")
        members["ipam"] = .object(["type": .string("scripted")])
        let input = String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
        var variables = call.environment
        variables["CNI_PATH"] = fixture.ipam.directory
        let answer = fixture.call(command, input, variables)
        #expect(answer.status == 0, "\(answer.output)")
        #expect(answer.output.isEmpty == (command == "DEL"))
    }
}
