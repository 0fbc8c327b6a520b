import CNIPlugin
import Foundation
import JSON
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What Multus sends. Nobody recorded it: the calls are written by hand, from what Multus is known to add.
@Suite struct MultusCallTests {
    struct Call: Sendable, CustomTestStringConvertible {
        let environment: [String: String]
        let input: JSONMembers
        var testDescription: String { "\(input["cniVersion"] ?? .null)" }
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
                forResource: "multus-calls", withExtension: "jsonl", subdirectory: "Fixtures"))
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map { line in
            guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)),
                case .object(let input)? = members["stdin"]
            else { throw JSONKeyError("line", "is no call") }
            let variables = try JSONObject(members).strings("env").map {
                $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            }
            var environment = Dictionary(
                variables.map { (String($0[0]), String($0[1])) }, uniquingKeysWith: { $1 })
            // Each is sent as ADD and as DEL.
            environment["CNI_COMMAND"] = nil
            return Call(environment: environment, input: input)
        }
    }

    private func text(_ members: JSONMembers) throws -> String {
        String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
    }

    @Test func thereAreCalls() {
        #expect(Self.calls.count == 3)
    }

    @Test(arguments: calls)
    func addIsServedAndDelLeavesNothing(call: Call) throws {
        let fixture = try PluginFixture()
        fixture.host.makeNamespace("/var/run/netns/cni-1")
        let before = fixture.machine
        var variables = call.environment
        variables["CNI_PATH"] = fixture.ipam.directory
        let result = try fixture.add(try text(call.input), variables)
        guard case .object(let document) = try JSONValue(parsing: Array(result.utf8)) else {
            Issue.record("\(result) is no object")
            return
        }
        #expect(document["cniVersion"] == call.input["cniVersion"])
        let wanted: UInt16 = call.input["vlan"] == .integer(0) ? 0 : 100
        let vlan = fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlan.identifier
        #expect(vlan == wanted)
        // Multus hands the result back, and DEL comes twice if a sandbox is ended twice.
        var members = call.input
        members["prevResult"] = .object(document)
        for _ in 1...2 {
            let answer = fixture.call("DEL", try text(members), variables)
            #expect(answer.status == 0, "\(answer.output)")
            #expect(answer.output.isEmpty)
        }
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test(arguments: calls)
    func delWithoutItsNamespaceIsServed(call: Call) throws {
        let fixture = try PluginFixture()
        fixture.host.makeNamespace("/var/run/netns/cni-1")
        var variables = call.environment
        variables["CNI_PATH"] = fixture.ipam.directory
        try fixture.add(try text(call.input), variables)
        fixture.host.deleteNamespace("/var/run/netns/cni-1")
        variables["CNI_NETNS"] = ""
        #expect(fixture.call("DEL", try text(call.input), variables).status == 0)
        #expect(try fixture.store().attachments().isEmpty)
    }
}
