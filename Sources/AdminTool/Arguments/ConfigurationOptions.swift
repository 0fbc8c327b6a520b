internal import ArgumentParser
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

/// Where the configuration file is.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file (default: $VFMAP_CONFIG, else \(PoolList.defaultPath)).",
            valueName: "path"),
        completion: .file())
    var path: String?

    func validate() throws {
        if path?.isEmpty == true { throw ValidationError("--config is empty") }
    }

    /// - Returns: What the option says, else the environment, else the default.
    func path(in installation: Installation) -> String {
        path ?? installation.configuration
    }
}
