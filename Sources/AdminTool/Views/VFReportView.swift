internal import LinuxSystem
internal import Netlink

/// What a PF's driver reports of one of its VFs, for programs.
struct VFReportView: Hashable, Codable {
    /// nil while none is administered.
    let mac: String?
    /// Empty for no VLAN.
    let vlans: [VLANView]
    /// Mbit/s; 0 is no guarantee.
    let minimumRate: UInt32
    /// Mbit/s; 0 is no limit.
    let maximumRate: UInt32
    let spoofCheck: Bool?
    let trust: Bool?
    /// `auto`, `enable` or `disable`.
    let linkState: String?

    init(_ info: VFState) {
        mac = info.macAddress.isZero ? nil : info.macAddress.description
        vlans = VLANView.views(of: info.vlans)
        minimumRate = info.transmitRate.minimum
        maximumRate = info.transmitRate.maximum
        spoofCheck = info.spoofCheck
        trust = info.trust
        linkState = info.linkState?.description
    }
}
