import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost

/// What a runtime that moves VFs by itself does to the machine, as dockerd does it.
extension EngineFixture {
    func reserve(
        _ endpoint: String, _ selection: VFSelection = .address(SimulatedHost.vfAddress(0)),
        _ settings: VFSettings = VFSettings(), in process: SimulatedHost? = nil
    ) throws -> Reservation {
        try context(in: process).handovers.reserve(
            ReserveRequest(
                owner: .docker(endpoint), selection: selection, settings: settings))
    }

    /// Moves the interface into the container, names it, gives it its MAC once more, and sets it up.
    ///
    /// - Throws: What the kernel refuses to dockerd.
    func runtimeMoves(_ reservation: Reservation, to path: String) throws {
        let hostNamespace = try host.hostNamespace()
        let container = try host.openNamespace(path)
        let function = reservation.attachment.function
        try host.move(reservation.link, from: hostNamespace, to: container, as: "eth0", index: nil)
        guard let link = try host.link(of: function, expectedName: "eth0", in: container) else {
            return
        }
        try host.setLink(
            link, LinkSettings(macAddress: reservation.link.macAddress), in: container)
        try host.setLink(link, LinkSettings(isUp: true), in: container)
    }

    /// Moves the interface back to the host under its old name, as it is.
    func runtimeMovesBack(_ function: PCIAddress, from path: String, as name: KernelText) throws {
        let container = try host.openNamespace(path)
        guard let link = try host.link(of: function, expectedName: "eth0", in: container) else {
            return
        }
        try host.setLink(link, LinkSettings(isUp: false), in: container)
        try host.move(link, from: container, to: try host.hostNamespace(), as: name, index: nil)
    }

    /// All of a container's start.
    ///
    /// - Parameter pf: A PF that is to go in as a whole, in place of the first VF.
    func start(
        _ endpoint: String, in path: String, pf: PCIAddress? = nil,
        _ settings: VFSettings = VFSettings()
    ) throws {
        _ = try reserve(endpoint, .address(pf ?? SimulatedHost.vfAddress(0)), settings)
        let joined = try context().handovers.join(.docker(endpoint), sandbox: path)
        try runtimeMoves(joined, to: path)
        _ = try context().handovers.confirm(.docker(endpoint))
    }

    /// A container's namespace with a process in it.
    func makeContainer(_ path: String) {
        host.makeNamespace(path)
        host.withKernel { kernel in
            if let number = kernel.paths[path] { kernel.populated.insert(number) }
        }
    }

    /// All processes of a container end; its namespace stays, by its path.
    func killProcesses(of path: String) {
        host.withKernel { kernel in
            if let number = kernel.paths[path] { kernel.populated.remove(number) }
        }
    }

    func pass(seconds: Int64) {
        host.withKernel { $0.uptime += seconds }
    }

    var record: Attachment? { get throws { try store().attachments().first } }
}

extension AttachmentOwner {
    static func docker(_ endpoint: String) -> Self {
        Self(frontEnd: "docker", network: "n1", container: endpoint, interfaceName: nil)
    }
}
