internal import ArgumentParser
internal import DaemonInterface

/// `vfmap`, the root of the commands.
struct VFMapCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "vfmap",
            abstract: "Shows SR-IOV virtual functions and gives them to network namespaces.",
            discussion: """
                PFs and VFs are named by PCI address (0000:03:10.2) or by the name of their \
                interface.

                Exit status: 0 done; 1 a difference was found, something is left to recover, or \
                another failure; 2 no such VF, PF or attachment; 3 in use, or no VF is free; 4 not \
                permitted; 5 the state file cannot be used; 6 done in part, the rest is left to \
                do; 7 not supported by hardware, driver or kernel; 8 no usable network namespace; \
                9 no daemon answers; 10 applied, and selectors of the configuration select nothing; 64 \
                wrong arguments.
                """,
            version: "vfmap \(version)",
            subcommands: [
                ListCommand.self, ShowCommand.self, CreateCommand.self, AttachCommand.self,
                DetachCommand.self, CheckCommand.self, RecoverCommand.self, ImportCommand.self,
                ApplyCommand.self, BindCommand.self, EswitchCommand.self, ExplainCommand.self,
                TopologyCommand.self, WatchCommand.self, TopCommand.self, StatusCommand.self,
                StateCommand.self,
            ],
            defaultSubcommand: ListCommand.self)
    }

    static var version: String { Release.version }
}
