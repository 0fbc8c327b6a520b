internal import ArgumentParser
internal import SRIOV

/// `vfmap import`: takes over what sriov-cni has attached.
struct ImportCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "import",
            abstract: "Takes over the attachments that sriov-cni made on this host.",
            discussion: """
                Attachments in use get a record in the state file, and sriov-cni's own files on them \
                are removed. Nothing changes at the virtual functions; repeating it is harmless. \
                Exit status 6 if something could not be taken over. Needs root.
                """)
    }

    @Flag(name: .customLong("dry-run"), help: "Only tell what would be done.")
    var isDryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "import" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        try context.requireRoot()
        let report = try context.sriov.attachments.importAttachments(isDryRun: isDryRun)
        let results = ImportResultsView(report, isDryRun: isDryRun)
        return CommandAnswer(
            try output.format.render(results) { results.text },
            report.isComplete ? .success : .incomplete)
    }
}
