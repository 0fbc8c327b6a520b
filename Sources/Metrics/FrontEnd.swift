internal import SRIOV

/// A front end whose operations are counted, and the words for them.
///
/// The words are few and known beforehand, so that nobody can make up labels without end.
package enum FrontEnd: String, Hashable, Sendable, CaseIterable {
    case cni
    case docker
    /// The admin command line.
    case cli

    /// What the front end does.
    package var operations: [String] {
        switch self {
        case .cni: ["ADD", "DEL", "CHECK", "STATUS", "GC"]
        case .docker:
            [
                "CreateNetwork", "DeleteNetwork", "CreateEndpoint", "DeleteEndpoint",
                "EndpointOperInfo", "Join", "Leave",
            ]
        case .cli:
            [
                "apply", "attach", "bind", "check", "create", "detach", "eswitch", "import",
                "recover",
            ]
        }
    }

    /// The word under which an operation is counted: its own, or `unknown`.
    func label(of operation: String) -> String {
        operations.contains(operation) ? operation : "unknown"
    }

    /// The word for the front end that made an attachment; its own for one that is not known.
    static func label(of owner: AttachmentOwner) -> String {
        owner.frontEnd == FrontEnd.cli.rawValue ? "manual" : owner.frontEnd
    }
}
