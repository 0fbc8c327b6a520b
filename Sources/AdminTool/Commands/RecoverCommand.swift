internal import ArgumentParser
internal import SRIOV

/// `vfmap recover`: brings back what nobody has any more.
struct RecoverCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "recover",
            abstract: "Brings back the VFs of crashed operations and of vanished containers.",
            discussion: """
                Attachments in use are left alone. Exit status 1 if something is left to do. \
                Needs root.
                """)
    }

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "recover" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        try context.requireRoot()
        let report = try context.sriov.attachments.recover()
        let results = RecoveryResultsView(report)
        return CommandAnswer(
            try output.format.render(results) { results.text },
            report.isComplete ? .success : .failure)
    }
}
