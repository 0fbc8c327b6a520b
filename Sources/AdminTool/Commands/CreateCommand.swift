internal import ArgumentParser
internal import LinuxSystem
internal import Node
internal import SRIOV

/// `vfmap create`: how many VFs a PF has.
struct CreateCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "create",
            abstract: "Sets how many virtual functions a physical function has.",
            discussion: """
                The kernel goes from one number to another by way of none: all VFs that exist are \
                removed first. This is refused while any of them, or the physical function itself, \
                is in use. Needs root, but for --dry-run.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "The physical function: its PCI address, or the name of its interface.",
            valueName: "pf"),
        completion: FunctionCompletion.physical, transform: FunctionReference.init(parsing:))
    var pf: FunctionReference

    @Option(
        help: ArgumentHelp("How many VFs it is to have; 0 removes them.", valueName: "number"),
        transform: { try WholeNumber.parse($0, 0...65535) })
    var count: Int

    @Flag(help: "Do it although VFs are in use; those with an attachment are brought back first.")
    var force = false

    @Flag(name: .customLong("dry-run"), help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var isDryRun: Bool { dryRun }

    var subject: String { "create VFs of \(pf)" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        if !dryRun { try context.requireRoot() }
        let function = try context.physicalFunction(pf)
        if dryRun {
            let plan = try context.sriov.node.resizePlan(function, to: count)
            let view = ResizePlanView(plan)
            return CommandAnswer(
                try output.format.render(view) { view.text(force: force) },
                plan.obstacles.isEmpty || force ? .success : .inUse)
        }
        _ = try context.sriov.node.resize(function, to: count, force: force)
        let inventory = try context.inventoryView()
        let address = function.address.description
        guard let details = PhysicalFunctionDetails(address: address, in: inventory) else {
            throw ManagerError(.notFound, "\(address) has vanished")
        }
        return CommandAnswer(
            try output.format.render(details) {
                VirtualFunctionTable.text(of: details.virtualFunctions)
            })
    }
}
