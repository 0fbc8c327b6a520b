import CNIPlugin
import Foundation
import FrontEndSupport
import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// The plugin over a simulated host with two VFs, the container `c1` and a scripted IPAM plugin.
final class PluginFixture: Sendable {
    let host: SimulatedHost
    let ipam: ScriptedIPAM
    private let complaints = Mutex("")

    /// - Parameter script: What the IPAM plugin does.
    init(
        _ host: SimulatedHost = .withVFs(2), ipam script: String = PluginFixture.givesOneAddress
    ) throws {
        self.host = host
        host.makeNamespace("/run/netns/c1")
        ipam = try ScriptedIPAM()
        try ipam.install(script)
        try Data(Self.allowing(below: ipam.directory).utf8).write(
            to: URL(filePath: configurationPath))
    }

    /// The members of a configuration file that allows log files in a directory and device-info files in its `devinfo`.
    static func allowing(below directory: String) -> String {
        #"{"cni":{"logDirectory":"\#(directory)","deviceInfoDirectory":"\#(directory)/devinfo"}}"#
    }

    /// An IPAM plugin that gives 10.1.0.5 and a default route.
    static let givesOneAddress = """
        [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.0.0",
        "ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}]}'
        """

    /// The configuration file of the node.
    var configurationPath: String { ipam.directory + "/config.json" }

    var statePath: String { ipam.directory + "/state.db" }

    /// What went to standard error so far.
    var complaint: String { complaints.withLock { $0 } }

    func store() -> AttachmentStore {
        AttachmentStore(path: statePath, boot: host.kernel.boot)
    }

    /// The configuration of the network `sriov-net` with the first VF and an IPAM plugin, and these members
    /// besides.
    func configuration(
        _ members: String = "", version: String = "1.0.0", device: String = "0000:01:10.0",
        ipam: String = #"{"type":"scripted"}"#
    ) -> String {
        #"{"cniVersion":"\#(version)","name":"sriov-net","type":"sriov","#
            + #""deviceID":"\#(device)","ipam":\#(ipam)\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    /// Calls the plugin as a runtime would.
    ///
    /// - Parameter lock: How long it waits for another call's work on the same VF.
    /// - Returns: What came on standard output, and the exit status.
    func call(
        _ command: String, _ input: String? = nil, _ changes: [String: String] = [:],
        lock: Duration = .seconds(300)
    ) -> (output: String, status: Int32) {
        var timeouts = Timeouts()
        timeouts.lock = lock
        timeouts.returnOfInterface = .milliseconds(100)
        let variables = [
            "CNI_COMMAND": command, "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/c1",
            "CNI_IFNAME": "net1", "CNI_PATH": ipam.directory, "VFMAP_STATE": statePath,
            "VFMAP_RUN": ipam.directory, "VFMAP_CONFIG": configurationPath, "PATH": "/usr/bin:/bin",
        ].merging(changes) { $1 }
        let input = Array((input ?? configuration()).utf8)
        let host = host
        let dispatcher = CNIDispatcher(
            environment: .other(variables), readInput: { input }, makeHost: { host },
            writeError: { [self] text in complaints.withLock { $0 += text } },
            timeouts: timeouts)
        let answer = dispatcher.run()
        return (String(decoding: answer.output, as: UTF8.self), answer.status)
    }

    /// ADD that must succeed.
    @discardableResult
    func add(_ input: String? = nil, _ changes: [String: String] = [:]) throws -> String {
        let answer = call("ADD", input, changes)
        try #require(answer.status == 0, "\(answer.output)")
        return answer.output
    }

    /// The machine without what no undo brings back.
    var machine: SimulatedKernel { host.kernel.pristinePart }

    /// The first VF's interface and the number of the namespace that it is in.
    var interface: SimulatedKernel.Interface? {
        host.kernel.interfaces.values.first { $0.virtualFunction == SimulatedHost.vfAddress(0) }
    }
}

/// An error document as the plugin prints it.
func errorDocument(
    _ code: UInt64, _ message: String, details: String = "", version: String = "1.0.0"
) throws -> String {
    var members: JSONMembers = [
        "cniVersion": .string(version), "code": .integer(Int64(code)), "msg": .string(message),
    ]
    if !details.isEmpty { members["details"] = .string(details) }
    return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self) + "\n"
}
