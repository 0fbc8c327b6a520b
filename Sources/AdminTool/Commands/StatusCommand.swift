internal import ArgumentParser
internal import DaemonInterface
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

/// `vfmap status`: how the daemon is, and what can be seen without one.
struct StatusCommand: AdminCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "status",
            abstract: "Shows how the daemon is, and how many VFs there are.",
            discussion: """
                Exit status 9 if no daemon answers; what can be seen without one is shown all the \
                same. Needs root for the daemon and the state file.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "The daemon's status socket (default: that of the configuration file).",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @OptionGroup var configurationFile: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var state: StateOptions

    var subject: String { "status" }

    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer {
        let path =
            try socket
            ?? DaemonConfiguration.read(
                configurationFile.path(in: context.installation),
                runDirectory: context.installation.runDirectory
            ).statusSocket
        let host = context.sriov.host
        let functions = try host.physicalFunctions()
        let counts = AttachmentCounts(in: context.sriov.store)
        var status = CommandStatus.success
        var report: DaemonReport?
        var problem: String?
        do {
            report = try DaemonClient(path: path).report()
        } catch {
            problem = "\(error)"
            status = ManagerError.code(of: error) == .notPermitted ? .notPermitted : .noDaemon
        }
        let view = StatusView(
            daemon: report, daemonError: problem, stateFile: counts.stateFile,
            attachments: counts.byPhase, physicalFunctions: functions.count,
            virtualFunctions: functions.map(\.virtualFunctions.count).reduce(0, +))
        return CommandAnswer(try output.format.render(view) { view.text }, status)
    }
}
