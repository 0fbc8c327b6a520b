package import LinuxSystem
package import Netlink

/// What somebody asks of a VF; nil leaves a thing as it is.
package struct VFSettings: Hashable, Codable, Sendable {
    /// The MAC of the interface, administered through the PF too. Unicast, not zero.
    package var macAddress: MACAddress?
    /// Identifier 0 to 4094, quality of service 0 to 7; identifier 0 clears the tag.
    package var vlan: VLANTag?
    /// Mbit/s; 0 is no guarantee. At most `maximumRate` where that is not 0.
    package var minimumRate: UInt32?
    /// Mbit/s; 0 is no limit.
    package var maximumRate: UInt32?
    package var spoofCheck: Bool?
    package var trust: Bool?
    package var linkState: VFLinkState?
    /// Bytes, 68 to 65535.
    package var mtu: UInt32?

    package init(
        macAddress: MACAddress? = nil, vlan: VLANTag? = nil, minimumRate: UInt32? = nil,
        maximumRate: UInt32? = nil, spoofCheck: Bool? = nil, trust: Bool? = nil,
        linkState: VFLinkState? = nil, mtu: UInt32? = nil
    ) {
        self.macAddress = macAddress
        self.vlan = vlan
        self.minimumRate = minimumRate
        self.maximumRate = maximumRate
        self.spoofCheck = spoofCheck
        self.trust = trust
        self.linkState = linkState
        self.mtu = mtu
    }

    /// Whether anything is asked that only the PF can do.
    package var needsPhysicalFunction: Bool { !namesForPhysicalFunction.isEmpty }

    /// The names of the settings asked for that only the PF can do.
    package var namesForPhysicalFunction: [String] {
        [
            (vlan != nil, "VLAN"), (minimumRate != nil, "minimum rate"),
            (maximumRate != nil, "maximum rate"), (spoofCheck != nil, "spoof check"),
            (trust != nil, "trust"), (linkState != nil, "link state"),
        ].filter(\.0).map(\.1)
    }
}
