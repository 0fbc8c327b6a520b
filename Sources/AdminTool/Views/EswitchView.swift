internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// A PF's switch, for programs.
struct EswitchView: Hashable, Codable {
    struct Port: Hashable, Codable {
        let index: UInt32
        /// `physical`, `pcipf`, `pcivf`.
        let flavour: String?
        /// For a VF's port its representor.
        let interface: String?
        /// The index of the VF behind the port; nil for other ports.
        let virtualFunctionIndex: UInt16?
        let virtualFunction: String?
    }

    struct Version: Hashable, Codable {
        let name: String
        let value: String
    }

    let physicalFunction: String
    let interface: String?
    /// `legacy` or `switchdev`.
    let mode: String
    let driver: String?
    let serialNumber: String?
    let versions: [Version]
    let ports: [Port]

    init(
        _ function: PhysicalFunction, mode: EswitchMode, info: DevlinkInfo?, ports: [DevlinkPort]
    ) {
        physicalFunction = function.address.description
        interface = function.interfaceName?.description
        self.mode = mode.description
        driver = info?.driver ?? function.driver
        serialNumber = info?.serialNumber
        versions = (info?.versions ?? []).map { Version(name: $0.name, value: $0.value) }
        self.ports = ports.map { port in
            Port(
                index: port.index, flavour: port.flavour?.description,
                interface: port.interfaceName, virtualFunctionIndex: port.virtualFunction,
                virtualFunction: port.virtualFunction.flatMap {
                    function.virtualFunctions[Int($0)]?.description
                })
        }
    }

    var text: String {
        let block = DescriptionBlock(
            [
                (
                    "physical function",
                    interface.map { "\(physicalFunction) (\($0))" } ?? physicalFunction
                ),
                ("eswitch mode", mode), ("driver", driver), ("serial number", serialNumber),
            ] + versions.map { ("version \($0.name)", $0.value) }
        ).text
        guard !ports.isEmpty else { return block }
        return block + "\n"
            + Table(
                columns: [
                    .init("PORT", .right), .init("FLAVOUR"), .init("INTERFACE"),
                    .init("#", .right), .init("VF"),
                ],
                rows: ports.map { port in
                    [
                        "\(port.index)", port.flavour, port.interface,
                        port.virtualFunctionIndex.map(String.init), port.virtualFunction,
                    ]
                }
            ).text
    }
}
