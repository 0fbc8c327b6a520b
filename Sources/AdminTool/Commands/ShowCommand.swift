internal import ArgumentParser
internal import LinuxSystem
internal import SRIOV

/// `vfmap show`: everything about one PF or VF.
struct ShowCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show",
            abstract: "Shows everything about one physical or virtual function.",
            discussion: """
                For a VF with an attachment this includes how it was before, which is what its \
                detach restores. A name is looked for in this namespace first, then in the \
                containers.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "PCI address, or the name of the interface here or in a container.",
            valueName: "pf|vf"),
        completion: FunctionCompletion.any, transform: FunctionReference.init(parsing:))
    var function: FunctionReference

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "show \(function)" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        let inventory = try context.sriov.inspector.inventory()
        let match = try inventory.function(function)
        let view = InventoryView(inventory, lookups: context.lookups)
        return CommandAnswer(try Self.text(match.address.description, in: view, output.format))
    }

    /// The function with an address, which must be there; a PF with its VFs.
    static func text(
        _ address: String, in inventory: InventoryView, _ format: OutputFormat
    ) throws -> String {
        if let function = inventory.virtualFunctions.first(where: { $0.address == address }) {
            return try format.render(function) {
                [function.description, function.attachment?.description].compactMap { $0?.text }
                    .joined(separator: "\n")
            }
        }
        guard let details = PhysicalFunctionDetails(address: address, in: inventory) else {
            throw ManagerError(.notFound, "\(address) is neither a PF nor a VF")
        }
        return try format.render(details) {
            let members = details.virtualFunctions
            return details.physicalFunction.description.text
                + (members.isEmpty ? "" : "\n" + VirtualFunctionTable.text(of: members))
        }
    }
}
