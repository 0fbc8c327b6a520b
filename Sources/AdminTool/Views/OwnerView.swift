internal import SRIOV

/// Who has a VF, for programs.
struct OwnerView: Hashable, Codable {
    let frontEnd: String
    /// nil for attachments without a network's name, such as the CLI's own.
    let network: String?
    let container: String
    /// Empty where the runtime chooses it.
    let interface: String

    init(_ owner: AttachmentOwner) {
        frontEnd = owner.frontEnd
        network = owner.network
        container = owner.container
        interface = owner.interfaceName ?? ""
    }
}
