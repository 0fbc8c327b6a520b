package import LinuxSystem

/// What a PF's driver reports of one VF: one `IFLA_VF_INFO`, completely decoded.
package struct VFState: Hashable, Sendable {
    /// The VF's index on its PF, from 0.
    package var index: Int
    /// The administered MAC, or what the driver shows in its place; all zero is none.
    package var macAddress: MACAddress
    /// Every tag the driver reports; more than one only on hardware with VLAN lists. Empty: no
    /// VLAN.
    package var vlans: [VLANTag]
    /// Mbit/s; 0 is no limit.
    package var transmitRate: TransmitRate
    /// nil if the driver does not tell.
    package var spoofCheck: Bool?
    /// nil if the driver does not tell.
    package var trust: Bool?
    /// nil if the driver does not tell.
    package var linkState: VFLinkState?
    /// nil if the driver does not tell.
    package var rssQuery: Bool?
    /// nil unless statistics were asked for.
    package var statistics: VFStatistics?

    package init(
        index: Int, macAddress: MACAddress = .zero, vlans: [VLANTag] = [],
        transmitRate: TransmitRate = TransmitRate(minimum: 0, maximum: 0), spoofCheck: Bool? = nil,
        trust: Bool? = nil, linkState: VFLinkState? = nil, rssQuery: Bool? = nil,
        statistics: VFStatistics? = nil
    ) {
        self.index = index
        self.macAddress = macAddress
        self.vlans = vlans
        self.transmitRate = transmitRate
        self.spoofCheck = spoofCheck
        self.trust = trust
        self.linkState = linkState
        self.rssQuery = rssQuery
        self.statistics = statistics
    }

    /// The tag that counts on hardware with one tag a VF.
    package var vlan: VLANTag { vlans.first ?? .none }
}
