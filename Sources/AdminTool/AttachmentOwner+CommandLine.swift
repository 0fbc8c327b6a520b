internal import FrontEndSupport
internal import SRIOV

extension AttachmentOwner {
    /// The owner of an attachment made by this program.
    static func commandLine(container: String, interfaceName: String) -> AttachmentOwner {
        AttachmentOwner(
            frontEnd: FrontEnd.cli.rawValue, network: nil, container: container,
            interfaceName: interfaceName)
    }
}
