internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// A VF for programs.
struct VirtualFunctionView: Hashable, Codable {
    let address: String
    /// nil where the PF is not visible, as inside a virtual machine.
    let physicalFunction: String?
    /// nil if the PF has no interface in this namespace.
    let physicalFunctionInterface: String?
    /// The index on the PF.
    let index: Int?
    /// The interface's name where it now is; nil if the VF has none or it is out of sight.
    let interface: String?
    let alternativeNames: [String]?
    /// Where the interface is; nil for this namespace.
    let namespace: String?
    let driver: String?
    let vendorId: String
    let deviceId: String
    let vendorName: String?
    let deviceName: String?
    let numaNode: Int?
    let iommuGroup: Int?
    let rdmaDevice: String?
    /// The MAC of the interface.
    let effectiveMac: String?
    /// The MAC administered through the PF, or what its driver shows in that place.
    let administrativeMac: String?
    let permanentMac: String?
    /// Bytes.
    let mtu: UInt32?
    let link: LinkCondition?
    /// What the PF reports besides the MAC; nil where the PF is not visible.
    let vlans: [VLANView]?
    /// Mbit/s; 0 is no guarantee.
    let minimumRate: UInt32?
    /// Mbit/s; 0 is no limit.
    let maximumRate: UInt32?
    let spoofCheck: Bool?
    let trust: Bool?
    let linkState: String?
    let state: VFCondition
    /// nil without a record.
    let attachment: AttachmentView?
    /// Why the attachment is not in use any more; nil if it may be.
    let staleness: String?

    init(_ entry: VFSnapshot, physicalFunctionInterface parent: String?, names: DeviceNames) {
        let function = entry.function
        let report = entry.info.map(VFReportView.init)
        address = function.address.description
        physicalFunction = function.physicalFunction?.description
        physicalFunctionInterface = parent
        index = function.index
        interface = entry.visibleInterfaceName?.description
        alternativeNames = entry.link?.alternativeNames.map(\.description)
        namespace = entry.namespacePath
        driver = function.driver
        vendorId = hexadecimal(function.vendor, digits: 4)
        deviceId = hexadecimal(function.device, digits: 4)
        vendorName = names.vendor
        deviceName = names.device
        numaNode = function.numaNode
        iommuGroup = function.iommuGroup
        rdmaDevice = function.rdmaDevice
        effectiveMac = entry.link?.macAddress?.description
        administrativeMac = report?.mac
        permanentMac = entry.link?.permanentMACAddress?.description
        mtu = entry.link?.mtu
        link = entry.link.map(LinkCondition.init)
        vlans = report?.vlans
        minimumRate = report?.minimumRate
        maximumRate = report?.maximumRate
        spoofCheck = report?.spoofCheck
        trust = report?.trust
        linkState = report?.linkState
        state = VFCondition(entry.occupancy)
        attachment = entry.occupancy.attachment.map(AttachmentView.init)
        staleness = entry.occupancy.staleness?.description
    }
}

extension VFSnapshot {
    /// The interface's name where it now is.
    ///
    /// An attached VF that cannot be looked at, for want of rights, is called what its record says.
    var visibleInterfaceName: KernelText? {
        if let name = link?.name ?? function.interfaceName { return name }
        guard let attachment, attachment.phase == .attached, attachment.originalInterface != nil
        else { return nil }
        return attachment.expectedName
    }
}
