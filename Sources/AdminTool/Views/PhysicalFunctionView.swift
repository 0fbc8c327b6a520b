internal import LinuxSystem
internal import Netlink
internal import Node
internal import SRIOV

/// A PF for programs.
struct PhysicalFunctionView: Hashable, Codable {
    let address: String
    /// nil if the PF has no interface in this namespace.
    let interface: String?
    let driver: String?
    /// Four hexadecimal digits, as `vendorName` they are the PCI ids.
    let vendorId: String
    let deviceId: String
    let vendorName: String?
    let deviceName: String?
    let numaNode: Int?
    let iommuGroup: Int?
    let rdmaDevice: String?
    /// `legacy` or `switchdev`; nil if devlink does not tell.
    let eswitchMode: String?
    let mac: String?
    /// Bytes.
    let mtu: UInt32?
    let link: LinkCondition?
    let currentVFs: Int
    let maximumVFs: Int
    /// Addresses in order of the VFs' index.
    let virtualFunctions: [String]
    /// That of the PF itself, given away as a whole; nil without one.
    let attachment: AttachmentView?
    /// Why the attachment is not in use any more; nil if it may be.
    let staleness: String?

    init(_ entry: PFSnapshot, names: DeviceNames, eswitchMode: String?) {
        let function = entry.function
        address = function.address.description
        interface = (entry.link?.name ?? function.interfaceName)?.description
        driver = function.driver
        vendorId = hexadecimal(function.vendor, digits: 4)
        deviceId = hexadecimal(function.device, digits: 4)
        vendorName = names.vendor
        deviceName = names.device
        numaNode = function.numaNode
        iommuGroup = function.iommuGroup
        rdmaDevice = function.rdmaDevice
        self.eswitchMode = eswitchMode
        mac = entry.link?.macAddress?.description
        mtu = entry.link?.mtu
        link = entry.link.map(LinkCondition.init)
        currentVFs = function.virtualFunctions.count
        maximumVFs = function.maximumVFs
        virtualFunctions = function.virtualFunctions.sorted { $0.key < $1.key }
            .map(\.value.description)
        attachment = entry.occupancy.attachment.map(AttachmentView.init)
        staleness = entry.occupancy.staleness?.description
    }

    /// The name for people: the interface's, or the address where there is none.
    var displayName: String { interface ?? address }
}
