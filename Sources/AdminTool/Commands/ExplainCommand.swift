internal import ArgumentParser
internal import LinuxSystem
internal import SRIOV

/// `vfmap explain`: why a VF is where it is.
struct ExplainCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "explain",
            abstract: "Tells who has a virtual function, and why it is in a pool or not.",
            discussion: """
                Every key of every pool's selectors is shown with what the configuration asks for \
                and what the VF has. A VF with an attachment is shown with what its release sets \
                back. Owners need root.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "The VF: its PCI address, or the name of its interface.", valueName: "vf"),
        completion: FunctionCompletion.virtual, transform: FunctionReference.init(parsing:))
    var vf: FunctionReference

    @OptionGroup var configurationFile: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "explain \(vf)" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        let inventory = try context.sriov.inspector.inventory()
        guard case .virtual(let entry) = try inventory.function(vf) else {
            throw ManagerError(.invalidRequest, "\(vf) is a physical function, not a virtual one")
        }
        let path = configurationFile.path(in: context.installation)
        let view = ExplanationView(
            entry,
            parent: inventory.physicalFunctions.first {
                $0.function.address == entry.function.physicalFunction
            }, pools: try PoolList.read(path), path: path)
        return CommandAnswer(try output.format.render(view) { view.text })
    }
}
