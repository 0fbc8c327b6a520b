internal import ArgumentParser
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

/// `vfmap attach`: gives a VF to a network namespace.
struct AttachCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "attach",
            abstract: "Moves a virtual function into a network namespace and configures it.",
            discussion: """
                How the VF was before is recorded first, so that detach, or recover after a crash, \
                brings it back. Settings that are not given stay as they are. Needs root.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "The VF: its PCI address, or the name of its interface.", valueName: "vf"),
        completion: FunctionCompletion.virtual, transform: FunctionReference.init(parsing:))
    var vf: FunctionReference?

    @Option(
        help: ArgumentHelp("Take any free VF of this physical function.", valueName: "pf"),
        completion: FunctionCompletion.physical, transform: FunctionReference.init(parsing:))
    var pf: FunctionReference?

    @Option(
        help: ArgumentHelp(
            "Take any free VF of this pool of the configuration file.", valueName: "name"))
    var pool: String?

    @Option(
        help: ArgumentHelp(
            "The network namespace: an absolute path, or a name in /run/netns.",
            valueName: "namespace"),
        completion: FunctionCompletion.namespace, transform: NamespaceArgument.init(parsing:))
    var netns: NamespaceArgument

    @Option(
        help: ArgumentHelp(
            "The interface's name in the namespace (default: net1).", valueName: "name"),
        transform: AttachmentInterfaceName.parse)
    var ifname: String = "net1"

    @Option(
        help: ArgumentHelp(
            "What to call the owner (default: the last component of the namespace's path).",
            valueName: "name"),
        transform: ContainerName.parse)
    var container: String?

    @OptionGroup(title: "Settings of the VF") var settings: SettingsOptions

    @Flag(name: .customLong("dry-run"), help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var configurationFile: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        let choices = [vf != nil, pf != nil, pool != nil].count { $0 }
        if choices == 0 { throw ValidationError("attach needs a VF, --pf or --pool") }
        if choices > 1 {
            throw ValidationError("attach takes one of a VF, --pf and --pool")
        }
        do {
            _ = try containerName()
        } catch {
            throw ValidationError(
                "'\(netns.containerName)' of --netns cannot name the owner, give --container")
        }
    }

    var isDryRun: Bool { dryRun }

    var subject: String {
        "attach \(container ?? netns.containerName)/\(ifname)"
    }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        // The plan looks into the namespace, which is root's too.
        try context.requireRoot()
        let request = try request(for: try selection(in: context))
        if dryRun {
            let plan = AttachPlanView(try context.sriov.attachments.plan(request))
            return CommandAnswer(try output.format.render(plan) { plan.text })
        }
        let result = try context.sriov.attachments.attach(request) { attached in
            AttachResultView(attached.attachment, link: attached.link)
        }
        return CommandAnswer(try output.format.render(result) { result.text })
    }

    /// What the arguments ask for.
    func request(for selection: VFSelection) throws -> AttachRequest {
        AttachRequest(
            owner: .commandLine(container: try containerName(), interfaceName: ifname),
            selection: selection, settings: settings.settings, namespacePath: netns.path)
    }

    private func selection<H: Host>(in context: AdminContext<H>) throws -> VFSelection {
        if let vf { return .address(try context.virtualFunction(vf)) }
        if let pool { return try poolSelection(pool, context.installation) }
        guard let pf else {
            throw ManagerError(.invalidRequest, "attach needs a VF, --pf or --pool")
        }
        return .anyOf(physicalFunction: try context.physicalFunction(pf).address)
    }

    private func poolSelection(
        _ name: String, _ installation: Installation
    ) throws -> VFSelection {
        let path = configurationFile.path(in: installation)
        guard let pools = try PoolList.read(path) else {
            throw ManagerError(.notFound, "there is no configuration file \(path)")
        }
        return .pool(name, of: pools)
    }

    private func containerName() throws -> String {
        if let container { return container }
        return try ContainerName.parse(netns.containerName)
    }
}
