internal import SRIOV

extension AttachmentOwner {
    /// How the records of this program are told from those of other front ends.
    static var commandLineFrontEnd: String { "cli" }

    /// The owner of an attachment made by this program.
    static func commandLine(container: String, interfaceName: String) -> AttachmentOwner {
        AttachmentOwner(
            frontEnd: commandLineFrontEnd, network: nil, container: container,
            interfaceName: interfaceName)
    }
}
