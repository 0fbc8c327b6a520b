package import LinuxSystem

/// Changes of one interface that travel in one `RTM_SETLINK`; nil leaves a thing alone.
package struct LinkSettings: Hashable, Sendable {
    package var name: String?
    package var macAddress: MACAddress?
    /// Bytes.
    package var mtu: UInt32?
    /// `IFF_UP`.
    package var isUp: Bool?
    /// `IFF_PROMISC`.
    package var isPromiscuous: Bool?
    /// `IFF_ALLMULTI`.
    package var receivesAllMulticast: Bool?
    /// Packets.
    package var transmitQueueLength: UInt32?
    /// An empty text removes the alias.
    package var alias: String?

    package init(
        name: String? = nil, macAddress: MACAddress? = nil, mtu: UInt32? = nil, isUp: Bool? = nil,
        isPromiscuous: Bool? = nil, receivesAllMulticast: Bool? = nil,
        transmitQueueLength: UInt32? = nil, alias: String? = nil
    ) {
        self.name = name
        self.macAddress = macAddress
        self.mtu = mtu
        self.isUp = isUp
        self.isPromiscuous = isPromiscuous
        self.receivesAllMulticast = receivesAllMulticast
        self.transmitQueueLength = transmitQueueLength
        self.alias = alias
    }

    package var isEmpty: Bool { self == LinkSettings() }
}
