internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// How a VF was before it was given away, for programs: what its detach restores.
struct OriginalView: Hashable, Codable {
    /// How its interface was.
    struct Interface: Hashable, Codable {
        let name: String
        let alternativeNames: [String]
        let mac: String?
        /// Bytes.
        let mtu: UInt32
        let up: Bool
        let promiscuous: Bool
        let allMulticast: Bool
        /// Packets.
        let transmitQueueLength: UInt32
        let alias: String?

        init(_ original: InterfaceOriginal) {
            name = original.name.description
            alternativeNames = original.alternativeNames.map(\.description)
            mac = original.macAddress?.description
            mtu = original.mtu
            up = original.isUp
            promiscuous = original.isPromiscuous
            allMulticast = original.receivesAllMulticast
            transmitQueueLength = original.transmitQueueLength
            alias = original.alias?.description
        }
    }

    let driver: String?
    /// nil if the VF had none.
    let interface: Interface?
    /// What its PF reported; nil where the PF is not visible.
    let report: VFReportView?

    init(_ attachment: Attachment) {
        driver = attachment.originalDriver
        interface = attachment.originalInterface.map(Interface.init)
        report = attachment.originalInfo.map(VFReportView.init)
    }
}
