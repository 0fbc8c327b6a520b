package import LinuxSystem
package import Netlink

/// What somebody asks of a VF; nil leaves a thing as it is.
package struct VFSettings: Hashable, Sendable {
    /// The MAC of the interface, administered through the PF too. Unicast, not zero.
    package var macAddress: MACAddress?
    /// Identifier 0 to 4094, quality of service 0 to 7; identifier 0 clears the tag.
    package var vlan: VLANTag?
    /// Mbit/s; 0 is no guarantee. At most `maximumRate` where that is not 0.
    package var minimumRate: UInt32?
    /// Mbit/s; 0 is no limit.
    package var maximumRate: UInt32?
    /// Whether frames with a source MAC that is not the VF's are dropped.
    package var spoofCheck: Bool?
    /// Whether the VF may change its MAC and turn on promiscuous mode.
    package var trust: Bool?
    /// What the VF is told about its link.
    package var linkState: VFLinkState?
    /// Bytes, 68 to 65535.
    package var mtu: UInt32?
    /// Whether the interface takes every frame; most drivers honour it of a trusted VF only.
    package var isPromiscuous: Bool?
    /// Whether the interface takes every multicast frame.
    package var receivesAllMulticast: Bool?
    /// Whether a driver that knows no link state may leave `linkState` undone with a warning; nil is no.
    package var toleratesUnsupportedLinkState: Bool?
    /// Whether the function is reset when its owner gives it back; nil is no.
    package var resetsOnRelease: Bool?

    package init(
        macAddress: MACAddress? = nil, vlan: VLANTag? = nil, minimumRate: UInt32? = nil,
        maximumRate: UInt32? = nil, spoofCheck: Bool? = nil, trust: Bool? = nil,
        linkState: VFLinkState? = nil, mtu: UInt32? = nil, isPromiscuous: Bool? = nil,
        receivesAllMulticast: Bool? = nil, toleratesUnsupportedLinkState: Bool? = nil,
        resetsOnRelease: Bool? = nil
    ) {
        self.macAddress = macAddress
        self.vlan = vlan
        self.minimumRate = minimumRate
        self.maximumRate = maximumRate
        self.spoofCheck = spoofCheck
        self.trust = trust
        self.linkState = linkState
        self.mtu = mtu
        self.isPromiscuous = isPromiscuous
        self.receivesAllMulticast = receivesAllMulticast
        self.toleratesUnsupportedLinkState = toleratesUnsupportedLinkState
        self.resetsOnRelease = resetsOnRelease
    }

    /// Whether anything is asked that only the PF can do.
    package var needsPhysicalFunction: Bool { !namesForPhysicalFunction.isEmpty }

    /// The names of the settings asked for that only the PF can do.
    package var namesForPhysicalFunction: [String] {
        asked.filter(\.needsPhysicalFunction).map(\.name)
    }

    /// The settings that are asked for; a VLAN as one, with its priority and protocol.
    package var asked: [Setting] {
        [
            (Setting.vlan, vlan != nil), (.macAddress, macAddress != nil),
            (.spoofCheck, spoofCheck != nil), (.trust, trust != nil),
            (.linkState, linkState != nil),
            (.linkStateTolerance, toleratesUnsupportedLinkState != nil),
            (.minimumRate, minimumRate != nil), (.maximumRate, maximumRate != nil),
            (.mtu, mtu != nil), (.promiscuous, isPromiscuous != nil),
            (.allMulticast, receivesAllMulticast != nil), (.resetOnRelease, resetsOnRelease != nil),
        ].filter(\.1).map(\.0)
    }

    /// What is asked that only a VF with an interface can do, for errors; empty for nothing.
    var needsOfInterface: [String] { asked.filter(\.needsInterface).map(\.name) }

    /// Everything that is set on the interface in its namespace, in one message.
    var interfaceSettings: LinkSettings {
        LinkSettings(
            mtu: mtu, isUp: true, isPromiscuous: isPromiscuous,
            receivesAllMulticast: receivesAllMulticast)
    }
}
