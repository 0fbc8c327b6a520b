internal import ArgumentParser
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

/// `vfmap detach`: brings a VF back.
struct DetachCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "detach",
            abstract: "Brings a virtual function back to this host, as it was before.",
            discussion: """
                The attachment is named by its VF, or by --container and --ifname. One that \
                another front end made, such as the CNI plugin, is left alone unless --force is \
                given. Needs root.
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "The VF: its PCI address, or the name of its interface.", valueName: "vf"),
        completion: FunctionCompletion.virtual, transform: FunctionReference.init(parsing:))
    var vf: FunctionReference?

    @Option(
        help: ArgumentHelp("The owner, as list shows it.", valueName: "name"),
        transform: ContainerName.parse)
    var container: String?

    @Option(
        help: ArgumentHelp("The interface's name in the namespace.", valueName: "name"),
        transform: AttachmentInterfaceName.parse)
    var ifname: String?

    @Flag(help: "Detach although another front end made the attachment.")
    var force = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        switch (vf, container, ifname) {
        case (.some, nil, nil), (nil, .some, .some): break
        case (nil, nil, nil):
            throw ValidationError("detach needs a VF, or --container and --ifname")
        case (.some, _, _):
            throw ValidationError("detach takes a VF, or --container and --ifname, not both")
        case (nil, .some, nil): throw ValidationError("--container needs --ifname")
        case (nil, nil, .some): throw ValidationError("--ifname needs --container")
        }
    }

    var subject: String {
        if let vf { return "detach \(vf)" }
        return "detach \(container ?? "")/\(ifname ?? "")"
    }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        try context.requireRoot()
        let attachment = try attachment(in: context)
        guard attachment.owner.frontEnd == FrontEnd.cli.rawValue || force else {
            throw ManagerError(
                .inUse,
                "\(attachment.function) belongs to \(attachment.owner); --force detaches it "
                    + "all the same")
        }
        let outcome = try context.sriov.attachments.detach(
            DetachRequest(owner: attachment.owner, virtualFunction: attachment.function))
        let result = DetachResultView(attachment, unrestored: outcome.unrestored)
        return CommandAnswer(
            try output.format.render(result) { result.text },
            outcome.unrestored.isEmpty ? .success : .incomplete)
    }

    private func attachment<H: Host>(in context: AdminContext<H>) throws -> Attachment {
        if let vf {
            let address = try context.virtualFunction(vf)
            if let match = try context.sriov.store.attachment(of: address) { return match }
            throw ManagerError(.notFound, "VF \(address) has no attachment")
        }
        return try Self.match(
            container: container ?? "", interfaceName: ifname ?? "",
            among: try context.sriov.store.attachments())
    }

    /// The attachment of a container's interface, this program's own before those of others.
    ///
    /// - Throws: `ManagerError` `notFound`, or `invalidRequest` if several networks have one.
    static func match(
        container: String, interfaceName: String, among attachments: [Attachment]
    ) throws(ManagerError) -> Attachment {
        let matches = attachments.filter {
            $0.owner.container == container && $0.owner.interfaceName == interfaceName
        }
        let own = matches.first { $0.owner.frontEnd == FrontEnd.cli.rawValue }
        if let own { return own }
        guard let match = matches.first else {
            throw ManagerError(.notFound, "there is no such attachment")
        }
        guard matches.count == 1 else {
            let holders = matches.map { "\($0.function) (\($0.owner))" }
            throw ManagerError(
                .invalidRequest,
                "there are several attachments, give the VF: " + holders.joined(separator: ", "))
        }
        return match
    }
}
