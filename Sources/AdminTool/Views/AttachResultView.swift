internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// A VF that has just been attached, for programs.
struct AttachResultView: Hashable, Codable {
    let virtualFunction: String
    let owner: OwnerView
    let namespace: String
    /// nil if the VF has no interface.
    let interface: String?
    let effectiveMac: String?
    /// Bytes.
    let mtu: UInt32?

    init(_ attachment: Attachment, link: Link?) {
        virtualFunction = attachment.function.description
        owner = OwnerView(attachment.owner)
        namespace = attachment.locationDescription
        interface = link?.name.description
        effectiveMac = link?.macAddress?.description
        mtu = link?.mtu
    }

    var text: String {
        let place = interface.map { "\($0) in \(namespace)" } ?? "without an interface"
        let mac = effectiveMac.map { ", MAC \($0)" } ?? ""
        return printable("\(virtualFunction) attached to \(owner.text): \(place)\(mac)") + "\n"
    }
}
