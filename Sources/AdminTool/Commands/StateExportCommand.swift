internal import ArgumentParser
internal import SRIOV

/// `vfmap state export`: every record, for programs and for the eye.
struct StateExportCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "export",
            abstract: "Writes the records of the state file as JSON.",
            discussion: """
                Every field is in it, also what front ends keep for themselves and what is left \
                of an earlier boot.
                """)
    }

    @OptionGroup var state: StateOptions

    var subject: String { "state export" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        let text = try context.sriov.store.export()
        return CommandAnswer(text.hasSuffix("\n") ? text : text + "\n")
    }
}
