import DockerDriver
import Foundation
import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// The driver over a simulated host with a state file and locks of its own, called as Docker calls it.
final class DriverFixture: Sendable {
    let host: SimulatedHost
    let directory: URL
    private let pools: PoolList?
    private let messages = Mutex<[String]>([])
    private let joins = Mutex<[AttachmentOwner]>([])

    /// - Parameters:
    ///   - host: By default with one PF, `pf0` at 0000:01:00.0, and two VFs, `pf0v0` and `pf0v1`.
    ///   - pools: The configuration file's text; nil for no file.
    init(_ host: SimulatedHost = .withVFs(2), pools: String? = nil) throws {
        self.host = host
        self.pools = try pools.map { try PoolList(parsing: Array($0.utf8), path: "config.json") }
        // In memory where that is possible: thousands of calls need no disk to be synchronised.
        let isInMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent =
            isInMemory ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory
        directory = parent.appending(path: "vfmap-docker-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)  // A leftover in /tmp fails no test.
    }

    /// What the driver and its context told an operator so far.
    var warnings: [String] { messages.withLock { $0 } }

    /// The endpoints that the driver told of as about to be moved.
    var joined: [AttachmentOwner] { joins.withLock { $0 } }

    func store() -> AttachmentStore {
        AttachmentStore(
            path: directory.appending(path: "state.db").path, boot: host.kernel.boot)
    }

    /// A driver as a new process would make it: nothing is left of the last one but the state file.
    func driver(in process: SimulatedHost? = nil) throws -> DockerDriver<SimulatedHost> {
        var timeouts = Timeouts()
        // Calls at once wait for each other, on a slow machine for long.
        timeouts.lock = .seconds(300)
        timeouts.returnOfInterface = .milliseconds(50)
        let warn: @Sendable (String) -> Void = { [self] message in
            messages.withLock { $0.append(message) }
        }
        let pools = pools
        return DockerDriver(
            context: try Context(
                host: process ?? host, store: store(),
                locks: LockDirectory(path: directory.path + "/locks"), timeouts: timeouts,
                releaseFrontEnd: { _ in }, warn: warn),
            readPools: { () throws(ManagerError) in pools },
            whenJoined: { [self] owner in joins.withLock { $0.append(owner) } }, warn: warn)
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
