internal import ArgumentParser
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

/// Where the state file is.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state-file"),
        help: ArgumentHelp(
            "The state file (default: $VFMAP_STATE, else state.db in $VFMAP_RUN, else /run/vfmap/state.db).",
            valueName: "path"),
        completion: .file())
    var path: String?

    func validate() throws {
        if path?.isEmpty == true { throw ValidationError("--state-file is empty") }
    }
}
