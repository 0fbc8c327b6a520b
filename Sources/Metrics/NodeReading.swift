package import SRIOV

/// All PFs of a node as they were read, and which of them could not be.
package struct NodeReading: Sendable {
    /// Sorted by address.
    package var functions: [FunctionReading] = []
    /// Why a PF is missing, by its name for messages.
    package var failures: [String: String] = [:]
    /// The records of this boot; nil if they cannot be read.
    package var attachments: [Attachment]?
    /// Why not.
    package var storeFailure: String?
    /// How many of the records are of what is not in use any more; nil if they cannot be read.
    package var staleAttachments: Int?
    /// How long it took.
    package var seconds = 0.0

    package init() {}
}
