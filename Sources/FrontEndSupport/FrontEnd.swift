package import SRIOV

/// A front end: who makes attachments, and by which operations.
///
/// The words are few and known beforehand, so that nobody can make up labels of metrics without end.
package enum FrontEnd: String, Hashable, Sendable, CaseIterable {
    /// A container runtime, through the plugin.
    case cni
    /// Docker, through the daemon.
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

    /// The front end of an owner; nil for one that this version does not know.
    package init?(_ owner: AttachmentOwner) {
        self.init(rawValue: owner.frontEnd)
    }
}
