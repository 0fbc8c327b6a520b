/// The owner of a VF: one interface of one container in one network.
package struct AttachmentOwner: Hashable, Sendable {
    /// The front end that made the attachment: `cni`, `cli`, `docker`.
    package var frontEnd: String
    /// The network's name; nil for the CLI's own attachments, which are in none.
    package var network: String?
    /// The container's identity as the runtime gives it.
    package var container: String
    /// The interface's name in the container; nil where the runtime chooses it.
    package var interfaceName: String?

    package init(frontEnd: String, network: String?, container: String, interfaceName: String?) {
        self.frontEnd = frontEnd
        self.network = network
        self.container = container
        self.interfaceName = interfaceName
    }
}

extension AttachmentOwner {
    /// The container and its interface, for users: `4f1c9a/net1`; without the interface where the runtime names it.
    package var holder: String { interfaceName.map { "\(container)/\($0)" } ?? container }
}

extension AttachmentOwner: CustomStringConvertible {
    /// `cni sriov-net 4f1c9a/net1`; without the network or the interface where there is none.
    package var description: String {
        [frontEnd, network, holder].compactMap(\.self).joined(separator: " ")
    }
}
