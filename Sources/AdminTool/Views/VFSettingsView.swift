internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// What somebody asked of a VF, for programs: a key that is absent was not asked for.
struct VFSettingsView: Hashable, Codable {
    let mac: String?
    /// An `id` of 0 clears the tag.
    let vlan: VLANView?
    /// Mbit/s.
    let minimumRate: UInt32?
    /// Mbit/s.
    let maximumRate: UInt32?
    let spoofCheck: Bool?
    let trust: Bool?
    let linkState: String?
    /// Bytes.
    let mtu: UInt32?
    let promiscuous: Bool?
    let allMulticast: Bool?
    let linkStateIgnoreUnsupported: Bool?
    let resetOnRelease: Bool?

    init(_ settings: VFSettings) {
        mac = settings.macAddress?.description
        vlan = settings.vlan.map(VLANView.init)
        minimumRate = settings.minimumRate
        maximumRate = settings.maximumRate
        spoofCheck = settings.spoofCheck
        trust = settings.trust
        linkState = settings.linkState?.description
        mtu = settings.mtu
        promiscuous = settings.isPromiscuous
        allMulticast = settings.receivesAllMulticast
        linkStateIgnoreUnsupported = settings.toleratesUnsupportedLinkState
        resetOnRelease = settings.resetsOnRelease
    }
}
