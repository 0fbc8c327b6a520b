/// Who a VF is given to: one interface of one container in one network.
package struct AttachmentOwner: Hashable, Sendable {
    /// Who made the attachment: `cni`, `cli`, `docker`.
    package var frontEnd: String
    /// The network's name; empty for the CLI's own attachments.
    package var network: String
    /// The container's identity as the runtime gives it.
    package var container: String
    /// The interface's name in the container; empty where the runtime chooses it.
    package var interfaceName: String

    package init(frontEnd: String, network: String, container: String, interfaceName: String) {
        self.frontEnd = frontEnd
        self.network = network
        self.container = container
        self.interfaceName = interfaceName
    }
}

extension AttachmentOwner: CustomStringConvertible {
    /// `cni sriov-net 4f1c9a/net1`; without the interface where the runtime names it.
    package var description: String {
        let holder = interfaceName.isEmpty ? container : "\(container)/\(interfaceName)"
        let parts = [frontEnd, network, holder]
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
