internal import ArgumentParser
internal import LinuxSystem
internal import SRIOV

/// `vfmap check`: compares attachments with the machine.
struct CheckCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract: "Compares attachments with what is, and tells the differences.",
            discussion: "Exit status 1 if there is any difference. Needs root; changes nothing.")
    }

    @Argument(
        help: ArgumentHelp(
            "Only this VF: its PCI address, or the name of its interface.", valueName: "vf"),
        completion: FunctionCompletion.virtual, transform: FunctionReference.init(parsing:))
    var vf: FunctionReference?

    @Flag(help: "All attachments, as without a VF.")
    var all = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        if vf != nil, all { throw ValidationError("check takes a VF or --all, not both") }
    }

    var subject: String { vf.map { "check \($0)" } ?? "check" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        // Containers are looked into, which only root may.
        try context.requireRoot()
        let results = CheckResultsView(
            attachments: try attachments(in: context).map { attachment in
                do {
                    let report = try context.sriov.attachments.check(attachment.owner)
                    return CheckResultView(
                        attachment, differences: report.findings.map(\.description))
                } catch {
                    // One that cannot be checked must not hide the others.
                    return CheckResultView(attachment, differences: ["\(error)"])
                }
            })
        return CommandAnswer(
            try output.format.render(results) { results.text },
            results.hasDifferences ? .failure : .success)
    }

    private func attachments<H: Host>(in context: AdminContext<H>) throws -> [Attachment] {
        guard let vf else {
            return try context.sriov.store.attachments()
        }
        let address = try context.virtualFunction(vf)
        guard let match = try context.sriov.store.attachment(of: address) else {
            throw ManagerError(.notFound, "VF \(address) has no attachment")
        }
        return [match]
    }
}
