internal import ArgumentParser

/// `vfmap state`: the state file itself.
struct StateCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "state", abstract: "Works with the state file.",
            subcommands: [StateExportCommand.self])
    }
}
