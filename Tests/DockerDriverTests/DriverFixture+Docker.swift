import DockerDriver
import JSON
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// A container that a simulated dockerd has started with one endpoint.
struct RunningContainer {
    let endpoint: String
    let network: String
    let sandbox: String
    /// What CreateEndpoint answered.
    let creation: String
    /// What Join answered.
    let joining: JSONValue
    /// The interface's name in the host.
    let source: String
    /// Its name in the container.
    let name: String
    let function: PCIAddress
}

/// What dockerd does on a machine between its calls.
extension DriverFixture {
    /// Starts a container: CreateEndpoint, Join, dockerd's own work on the interface, and the calls after it.
    ///
    /// - Parameters:
    ///   - mac: As `--mac-address`; empty for none.
    ///   - options: The endpoint's, as members of a JSON object, each with a comma before it.
    ///   - ports: The published ones, as Docker lists them.
    func run(
        _ endpoint: String = "e1", network: String = "n1", address: String = "10.9.0.2/24",
        ipv6: String = "", mac: String = "", options: String = "", ports: String = "[]"
    ) throws -> RunningContainer {
        let creation = try success(
            "CreateEndpoint",
            endpointRequest(
                endpoint, network: network, address: address, ipv6: ipv6, mac: mac,
                options: options))
        let sandbox = "/var/run/docker/netns/\(endpoint)"
        let joining = try success(
            "Join",
            reference(endpoint, network: network, #","SandboxKey":"\#(sandbox)","Options":{}"#))
        let container = try move(endpoint, network, sandbox, creation, joining, mac: mac)
        try success(
            "ProgramExternalConnectivity",
            reference(
                endpoint, network: network,
                #","Options":{"com.docker.network.endpoint.exposedports":[],"#
                    + #""com.docker.network.portmap":\#(ports)}"#))
        for _ in 1...2 {
            try success("EndpointOperInfo", reference(endpoint, network: network))
        }
        return container
    }

    /// Moves the interface into a new container, names it, gives it the endpoint's MAC and sets it up.
    ///
    /// - Throws: Also what the kernel refuses to dockerd.
    func move(
        _ endpoint: String, _ network: String, _ sandbox: String, _ creation: String,
        _ joining: String, mac: String
    ) throws -> RunningContainer {
        let reply = try object(joining)
        let names = try #require(try reply.object("InterfaceName"))
        let source = try #require(try names.nonEmptyString("SrcName"))
        let prefix = try #require(try names.nonEmptyString("DstPrefix"))
        let name = try names.nonEmptyString("DstName") ?? "\(prefix)0"
        let made = try object(creation).object("Interface")
        let address =
            try MACAddress(mac) ?? made?.nonEmptyString("MacAddress").flatMap(MACAddress.init)
        makeContainer(sandbox)
        let docker = host.anotherProcess()
        let hostNamespace = try docker.hostNamespace()
        let inside = try docker.openNamespace(sandbox)
        let link = try #require(try docker.link(named: KernelText(source), in: hostNamespace))
        try docker.move(link, from: hostNamespace, to: inside, as: KernelText(name), index: nil)
        let moved = try #require(try docker.link(named: KernelText(name), in: inside))
        if let address {
            try docker.setLink(moved, LinkSettings(macAddress: address), in: inside)
        }
        try docker.setLink(moved, LinkSettings(isUp: true), in: inside)
        return RunningContainer(
            endpoint: endpoint, network: network, sandbox: sandbox, creation: creation,
            joining: try JSONValue(parsing: Array(joining.utf8)), source: source, name: name,
            function: try #require(moved.pciAddress))
    }

    /// Stops a container: Leave with the interface in it, dockerd's own work, then DeleteEndpoint.
    func stop(_ container: RunningContainer) throws {
        let request = reference(container.endpoint, network: container.network)
        try success("RevokeExternalConnectivity", request)
        try success("Leave", request)
        try moveBack(container)
        try success("DeleteEndpoint", request)
    }

    func moveBack(_ container: RunningContainer) throws {
        let docker = host.anotherProcess()
        let inside = try docker.openNamespace(container.sandbox)
        guard let link = try docker.link(named: KernelText(container.name), in: inside) else {
            return
        }
        try docker.setLink(link, LinkSettings(isUp: false), in: inside)
        try docker.move(
            link, from: inside, to: try docker.hostNamespace(), as: KernelText(container.source),
            index: nil)
        host.deleteNamespace(container.sandbox)
    }

    /// A container's namespace with a process in it.
    func makeContainer(_ path: String) {
        host.makeNamespace(path)
        host.withKernel { kernel in
            if let number = kernel.paths[path] { kernel.populated.insert(number) }
        }
    }

    /// The container's processes are killed with dockerd, and nobody moves anything.
    func loseContainer(_ container: RunningContainer) {
        host.withKernel { kernel in
            if let number = kernel.paths[container.sandbox] { kernel.populated.remove(number) }
        }
        host.deleteNamespace(container.sandbox)
        host.withKernel { $0.settle() }
    }

    func object(_ text: String) throws -> JSONObject {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            throw JSONKeyError("reply", "is no object")
        }
        return JSONObject(members)
    }

    /// What the PF reports of a VF.
    func info(_ function: PCIAddress) -> VFState? { host.kernel.vfs[function]?.info }

    /// The interface of a VF, wherever it is.
    func interface(_ function: PCIAddress) -> SimulatedKernel.Interface? {
        host.kernel.interfaces.values.first { $0.virtualFunction == function }
    }

    var records: [SRIOV.Attachment] { get throws { try store().attachments() } }
}
