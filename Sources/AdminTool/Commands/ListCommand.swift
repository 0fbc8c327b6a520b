internal import ArgumentParser
internal import SRIOV

/// `vfmap list`: all VFs, or all PFs.
struct ListCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "Lists the virtual functions, or the physical ones.",
            discussion: """
                STATE is the phase of the VF's attachment: preparing, attached, detaching or \
                restoring, and reserved, joined or leaving while Docker has it in hand. The column \
                STALE appears where an attachment is not in use any more, and says why: recover \
                brings such a VF back. Without an attachment a VF is free; userspace (bound to \
                vfio-pci or its like); foreign (in another namespace, or a member of a bridge or \
                bond); no-driver; no-interface (its driver makes none, or it is out of sight); or \
                unknown, where the state file may not be read.
                """)
    }

    @Flag(help: "List the physical functions; JSON has both kinds always.")
    var pfs = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "list" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        // The table of VFs shows nothing of what describes them.
        let inventory = try context.inventoryView(
            detail: pfs || output.format == .json ? .all : .work)
        return CommandAnswer(
            try output.format.render(inventory) {
                pfs
                    ? PhysicalFunctionTable.text(of: inventory.physicalFunctions)
                    : VirtualFunctionTable.text(of: inventory.virtualFunctions)
            })
    }
}
