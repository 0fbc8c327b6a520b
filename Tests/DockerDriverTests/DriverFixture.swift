import DockerDriver
import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import TestSupport
import Testing

/// The driver over a simulated host with a state file and locks of its own, called as Docker calls it.
final class DriverFixture: Sendable {
    private let simulated: SimulatedMachine
    private let pools: PoolList?
    private let joins = Mutex<[AttachmentOwner]>([])

    /// - Parameters:
    ///   - host: By default with one PF, `pf0` at 0000:01:00.0, and two VFs, `pf0v0` and `pf0v1`.
    ///   - pools: The configuration file's text; nil for no file.
    init(_ host: SimulatedHost = .withVFs(2), pools: String? = nil) throws {
        simulated = try SimulatedMachine(host)
        self.pools = try pools.map { try PoolList(parsing: Array($0.utf8), path: "config.json") }
    }

    var host: SimulatedHost { simulated.host }
    var statePath: String { simulated.statePath }

    /// What the driver and its context told an operator so far.
    var warnings: [String] { simulated.warnings }

    /// The endpoints that the driver told of as about to be moved.
    var joined: [AttachmentOwner] { joins.withLock { $0 } }

    func store() -> AttachmentStore { simulated.store() }

    /// A driver as a new process makes it: nothing is left of the last one but the state file.
    func driver(in process: SimulatedHost? = nil) throws -> DockerDriver<SimulatedHost> {
        let pools = pools
        return DockerDriver(
            // Concurrent calls wait for each other, on a slow machine for long.
            context: try simulated.context(in: process, lock: .seconds(300)),
            readPools: { () throws(ManagerError) in pools },
            whenJoined: { [self] owner in joins.withLock { $0.append(owner) } },
            warn: { [simulated] message in simulated.warn(message) })
    }

    /// One call.
    ///
    /// - Parameters:
    ///   - name: Without what all calls begin with: `Join`.
    ///   - body: The request.
    func call(_ name: String, _ body: String = "{}") throws -> DriverReply {
        try driver().answer(
            method: "POST", path: "/NetworkDriver.\(name)", body: Array(body.utf8))
    }

    /// One call that must succeed.
    ///
    /// - Returns: The reply's body.
    @discardableResult
    func success(
        _ name: String, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let reply = try call(name, body)
        try #require(reply.status == .ok, "\(reply.text)", sourceLocation: sourceLocation)
        return reply.text
    }

    /// The machine without what no undo brings back, and without the traces of containers.
    var machine: SimulatedKernel {
        var kernel = host.kernel.pristinePart
        kernel.populated = []
        kernel.nextNamespace = 0
        kernel.uptime = 0
        return kernel
    }
}

extension DriverReply {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A CreateNetwork request.
///
/// - Parameters:
///   - options: What the user gave with `--opt`, as members of a JSON object.
///   - data: IPv4Data and IPv6Data.
///   - more: Members of Options beside them, each with a comma before it.
func networkRequest(
    _ options: String, id: String = "n1", more: String = "",
    data: String = #""IPv4Data":[{"AddressSpace":"LocalDefault","Pool":"10.9.0.0/24","#
        + #""Gateway":"10.9.0.1/24"}],"IPv6Data":[]"#
) -> String {
    #"{"NetworkID":"\#(id)","Options":{"com.docker.network.enable_ipv6":false,"#
        + #""com.docker.network.generic":{\#(options)}\#(more)},\#(data)}"#
}

/// A CreateEndpoint request.
///
/// - Parameter options: What the user gave to the endpoint, as members of a JSON object, each with a comma
///   before it.
func endpointRequest(
    _ id: String = "e1", network: String = "n1", address: String = "10.9.0.2/24",
    ipv6: String = "", mac: String = "", options: String = ""
) -> String {
    #"{"NetworkID":"\#(network)","EndpointID":"\#(id)","Interface":{"Address":"\#(address)","#
        + #""AddressIPv6":"\#(ipv6)","MacAddress":"\#(mac)"},"Options":{"#
        + #""com.docker.network.endpoint.exposedports":[],"com.docker.network.portmap":[]"#
        + #"\#(options)}}"#
}

/// A request that names an endpoint alone, or with more members, each with a comma before it.
func reference(_ id: String = "e1", network: String = "n1", _ more: String = "") -> String {
    #"{"NetworkID":"\#(network)","EndpointID":"\#(id)"\#(more)}"#
}

/// The body of a failure.
func failure(_ message: String) throws -> String {
    let text = JSONValue.string(message)
    let bytes = JSONValue.object(["Err": text, "Error": text]).encoded()
    return String(decoding: bytes, as: UTF8.self)
}
