package import ArgumentParser
internal import DaemonInterface
package import FrontEndSupport
package import LinuxSystem
internal import SRIOV

/// The arguments of `vfmapd`.
package struct DaemonArguments: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "vfmapd",
            abstract: "Serves Docker and brings back virtual functions that nobody has any more.",
            discussion: """
                Exit status: 0 stopped as told, or the configuration is sound; 1 cannot start, or \
                a part of it failed; 64 wrong arguments; 78 the configuration is wrong.
                """,
            version: "vfmapd \(Release.version)")
    }

    /// nil for the default that the help names.
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            """
            The configuration file, which need not be there (default: $VFMAP_CONFIG, else \
            \(PoolList.defaultPath)).
            """, valueName: "path"),
        completion: .file())
    package var configurationPath: String?

    /// nil for the default that the help names.
    @Option(
        name: .customLong("state-file"),
        help: ArgumentHelp(
            "The state file (default: $VFMAP_STATE, else state.db in $VFMAP_RUN, else /run/vfmap/state.db).",
            valueName: "path"),
        completion: .file())
    package var statePath: String?

    @Flag(help: "Only check the configuration.")
    package var check = false

    @Flag(
        help: """
            The node is itself a container: every process that may use a VF is in the daemon's own PID namespace.
            """)
    package var nodeIsContainer = false

    package init() {}

    /// Refuses paths that are empty.
    ///
    /// - Throws: `ValidationError` naming the option.
    package func validate() throws {
        if statePath?.isEmpty == true { throw ValidationError("--state-file is empty") }
        if configurationPath?.isEmpty == true { throw ValidationError("--config is empty") }
    }

    /// Where files lie: what the options say, else the environment, else the usual places.
    package func installation(in environment: EnvironmentVariables) -> Installation {
        Installation(environment, state: statePath, configuration: configurationPath)
    }
}
