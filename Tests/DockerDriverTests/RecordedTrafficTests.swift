import Foundation
import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@testable import DockerDriver

/// All that dockerd 20.10.24 was heard to ask of another network driver, asked of this one on one machine, in
/// the order in which it was asked.
@Suite struct RecordedTrafficTests {
    struct Exchange: Sendable {
        let scenario: String
        let path: String
        /// nil for no body.
        let request: JSONValue?
        /// What the other driver said.
        let response: JSONValue

        var name: String { path.split(separator: ".").last.map(String.init) ?? path }
    }

    private static func load() throws -> [Exchange] {
        let path = try #require(
            Bundle.module.url(
                forResource: "network-driver-calls", withExtension: "jsonl",
                subdirectory: "Fixtures"))
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        return try lines.map { line in
            guard case .object(let members) = try JSONValue(parsing: Array(line.utf8)) else {
                throw JSONKeyError("line", "is no object")
            }
            let object = JSONObject(members)
            return Exchange(
                scenario: try #require(try object.string("scenario")),
                path: try #require(try object.string("path")), request: object.value("request"),
                response: try #require(object.value("response")))
        }
    }

    /// The request with the options that this driver has for the other's.
    private static func translated(_ exchange: Exchange) throws -> [UInt8] {
        guard var request = exchange.request else { return [] }
        if exchange.name == "CreateNetwork", case .object(var members) = request,
            case .object(var options)? = members["Options"],
            case .object(var generic)? = options["com.docker.network.generic"]
        {
            generic["key"] = nil
            if case .string(let name)? = generic["pf"] {
                generic["pf"] = nil
                generic["parent"] = .string(name.replacing("eth", with: "pf"))
            }
            options["com.docker.network.generic"] = .object(generic)
            members["Options"] = .object(options)
            request = .object(members)
        }
        return request.encoded()
    }

    private static func members(_ value: JSONValue?) -> JSONMembers {
        if case .object(let members)? = value { members } else { [:] }
    }

    @Test func everyCallIsAnsweredAsDockerNeedsIt() throws {
        let exchanges = try Self.load()
        #expect(exchanges.count == 120)
        let host = SimulatedHost.withVFs(4)
        host.withKernel { kernel in
            kernel.addPF(bus: 2, name: "pf1", vfs: 4, driver: .igb, isUp: true)
        }
        let fixture = try DriverFixture(host)
        let before = fixture.machine
        var running: [String: RunningContainer] = [:]
        var creations: [String: String] = [:]
        var counts: [String: Int] = [:]
        for exchange in exchanges {
            let body = try Self.translated(exchange)
            let request = Self.members(exchange.request)
            var endpoint = ""
            if case .string(let identifier)? = request["EndpointID"] { endpoint = identifier }
            if exchange.name == "DeleteEndpoint", let container = running[endpoint] {
                try fixture.moveBack(container)
                running[endpoint] = nil
            }
            let reply = try fixture.driver().answer(method: "POST", path: exchange.path, body: body)
            counts[exchange.name, default: 0] += 1
            let text = reply.text
            let members = Self.members(try JSONValue(parsing: reply.body))
            switch exchange.name {
            case "Activate": #expect(text == #"{"Implements":["NetworkDriver"]}"#)
            case "GetCapabilities":
                #expect(
                    text == #"{"ConnectivityScope":"local","GwAllocChecker":true,"Scope":"local"}"#)
            case "CreateNetwork":
                let options = Self.members(request["Options"])
                if Self.members(options["com.docker.network.generic"]).isEmpty {
                    #expect(reply.status == .badRequest)
                    #expect(
                        text
                            == (try failure(
                                "parent: missing, must be the name or the PCI address of a PF, "
                                    + "unless there is pool")))
                    continue
                }
                #expect(text == "{}")
            case "CreateEndpoint":
                let interface = Self.members(request["Interface"])
                let answered = Self.members(members["Interface"])
                #expect(Set(members.keys) == ["Interface"])
                #expect(
                    answered.keys.sorted()
                        == (interface["MacAddress"] == .string("") ? ["MacAddress"] : []))
                creations[endpoint] = text
                if Self.members(exchange.response)["Err"] != nil {
                    // The other driver failed here, so Docker never came back to it.
                    _ = try fixture.driver().answer(
                        method: "POST", path: "/NetworkDriver.DeleteEndpoint", body: body)
                }
            case "Join":
                #expect(
                    members.keys.sorted()
                        == ["DisableGatewayService", "Gateway", "InterfaceName", "StaticRoutes"])
                let recorded = Self.members(exchange.response)
                if let gateway = recorded["Gateway"] { #expect(members["Gateway"] == gateway) }
                let names = Self.members(members["InterfaceName"])
                #expect(names.keys.sorted() == ["DstPrefix", "SrcName"])
                #expect(names["DstPrefix"] == .string("eth"))
                if recorded["Err"] != nil { break }
                guard case .string(let sandbox)? = request["SandboxKey"],
                    case .string(let network)? = request["NetworkID"]
                else {
                    Issue.record("a Join without its keys")
                    break
                }
                running[endpoint] = try fixture.move(
                    endpoint, network, "\(sandbox)-\(endpoint.prefix(4))",
                    creations[endpoint] ?? "{}", text, mac: "")
            case "EndpointOperInfo":
                #expect(members.keys.sorted() == ["Value"])
                #expect(
                    Self.members(members["Value"]).keys.sorted() == [
                        "driver", "mac", "pf", "pf_interface", "phase", "vf", "vf_index", "vlan",
                    ])
            default: #expect(text == "{}", "\(exchange.path)")
            }
            #expect(reply.status == .ok, "\(exchange.scenario): \(exchange.path): \(text)")
        }
        #expect(
            counts == [
                "Activate": 9, "GetCapabilities": 9, "CreateNetwork": 10, "DeleteNetwork": 5,
                "CreateEndpoint": 17, "DeleteEndpoint": 10, "EndpointOperInfo": 23, "Join": 12,
                "Leave": 9, "ProgramExternalConnectivity": 9, "RevokeExternalConnectivity": 7,
            ])
        // Of the networks that nobody deleted, the endpoint that its killed dockerd never deleted either.
        for container in running.values { fixture.loseContainer(container) }
        fixture.host.withKernel { $0.uptime += 1000 }
        _ = try fixture.driver().context.attachments.recover()
        #expect(try fixture.records == [])
        #expect(fixture.machine == before)
    }
}
