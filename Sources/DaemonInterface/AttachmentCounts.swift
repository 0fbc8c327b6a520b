package import SRIOV

/// How many attachments there are, by phase, and whether the state file tells.
package struct AttachmentCounts: Hashable, Sendable {
    /// Whether the state file could be read, and why not.
    package let stateFile: DaemonReport.StateFile
    /// Every phase, also with 0; nil if the state file cannot be read.
    package let byPhase: [String: Int]?

    /// Counts the records of this boot.
    package init(in store: AttachmentStore) {
        do {
            var counts: [String: Int] = [:]
            for phase in AttachmentPhase.allCases { counts[phase.rawValue] = 0 }
            for attachment in try store.attachments() {
                counts[attachment.phase.rawValue, default: 0] += 1
            }
            byPhase = counts
            stateFile = DaemonReport.StateFile(path: store.path, usable: true, error: nil)
        } catch {
            byPhase = nil
            stateFile = DaemonReport.StateFile(
                path: store.path, usable: false, error: "\(error)")
        }
    }
}
