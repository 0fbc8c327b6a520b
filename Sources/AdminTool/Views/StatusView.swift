internal import DaemonInterface

/// How the daemon is, and what can be seen without one.
struct StatusView: Hashable, Codable {
    /// What the daemon says of itself; nil if none answers.
    let daemon: DaemonReport?
    /// Why no daemon answers; nil if one does.
    let daemonError: String?
    /// As this command sees it.
    let stateFile: DaemonReport.StateFile
    /// How many there are in each phase; nil if the state file cannot be read.
    let attachments: [String: Int]?
    let physicalFunctions: Int
    let virtualFunctions: Int
}
