internal import ArgumentParser
internal import LinuxSystem
internal import Netlink
internal import Node
internal import SRIOV

/// `vfmap eswitch`: shows or sets how a PF's switch is run.
struct EswitchCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "eswitch",
            abstract: "Shows or sets the mode of a physical function's switch.",
            discussion: """
                In legacy mode the card switches on its own; in switchdev mode the host programs \
                the switch, through one representor interface for each VF. Some drivers change \
                the mode only while there are no VFs. Needs root.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "The physical function: its PCI address, or the name of its interface.",
            valueName: "pf"), completion: FunctionCompletion.physical,
        transform: FunctionReference.init(parsing:))
    var pf: FunctionReference

    @Argument(
        help: ArgumentHelp("The mode to set.", valueName: "legacy|switchdev"),
        completion: .list(["legacy", "switchdev"]), transform: Self.mode)
    var mode: EswitchMode?

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "eswitch \(pf)" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        try context.requireRoot()
        let function = try context.physicalFunction(pf)
        if let mode { try context.sriov.node.setEswitchMode(mode, of: function) }
        let view = EswitchView(
            function, mode: try context.sriov.node.eswitchMode(of: function),
            info: context.lookups.info(function.address),
            ports: context.lookups.switchPorts(function.address))
        return CommandAnswer(try output.format.render(view) { view.text })
    }

    private static func mode(_ text: String) throws -> EswitchMode {
        let known: [EswitchMode] = [.legacy, .switchdev]
        guard let mode = known.first(where: { $0.description == text }) else {
            throw InvalidValue("neither legacy nor switchdev")
        }
        return mode
    }
}
