internal import Netlink

/// A VLAN tag for programs.
struct VLANView: Hashable, Codable {
    let id: UInt16
    let qos: UInt8
    /// `802.1q` or `802.1ad`.
    let `protocol`: String

    init(_ tag: VLANTag) {
        id = tag.identifier
        qos = tag.qualityOfService
        `protocol` = tag.protocol.description
    }

    /// Every tag that is one: "no VLAN" is an empty list.
    static func views(of tags: [VLANTag]) -> [VLANView] {
        tags.filter { $0 != .none }.map(VLANView.init)
    }
}
