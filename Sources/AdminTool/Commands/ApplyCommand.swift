internal import ArgumentParser
internal import LinuxSystem
internal import Node
internal import SRIOV

/// `vfmap apply`: makes PFs and VFs as the configuration file asks.
struct ApplyCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "apply",
            abstract: "Makes the physical functions and their VFs as the configuration asks.",
            discussion: """
                What is as it should is left alone, so that repeating it is harmless. What would \
                disturb VFs in use is refused unless --force is given; everything else is done all \
                the same. Exit status 6 if something is not as asked for at the end, 10 if everything \
                is and selectors of the configuration select no physical function. Needs root.
                """)
    }

    @Flag(
        name: .customLong("dry-run"),
        help: "Say what would be done and what that would disturb, and do nothing.")
    var dryRun = false

    @Flag(help: "Do it although VFs are in use; those with an attachment are brought back first.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Wait this long for the physical functions to appear, as at boot (default: 0).",
            valueName: "seconds"),
        transform: { try WholeNumber.parse($0, 0...3600) })
    var wait: Int = 0

    @OptionGroup var configurationFile: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var isDryRun: Bool { dryRun }

    var subject: String { "apply" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        if !dryRun { try context.requireRoot() }
        let configuration = try NodeConfiguration.read(
            configurationFile.path(in: context.installation))
        if wait > 0,
            try !context.sriov.node.awaitPhysicalFunctions(
                of: configuration, until: Deadline(after: .seconds(wait)))
        {
            context.sriov.warn(
                "not every physical function has appeared within \(wait) s, proceeding anyway")
        }
        if dryRun {
            let plan = try context.sriov.node.nodePlan(for: configuration)
            let view = NodePlanView(plan, of: configuration, force: force)
            return CommandAnswer(
                try output.format.render(view) { view.text },
                status(view.isFeasible, plan.entries.contains(where: \.selectsNothing)))
        }
        let report = try context.sriov.node.apply(configuration, force: force)
        let view = ApplyReportView(report, of: configuration)
        return CommandAnswer(
            try output.format.render(view) { view.text },
            status(report.isComplete, report.entries.contains(where: \.selectsNothing)))
    }

    private func status(_ isAsAsked: Bool, _ selectsNothing: Bool) -> CommandStatus {
        guard isAsAsked else { return .incomplete }
        return selectsNothing ? .nothingSelected : .success
    }
}
