package import LinuxSystem

/// Changes of one interface that travel in one `RTM_SETLINK`; nil leaves a thing alone.
package struct LinkSettings: Hashable, Sendable {
    /// `IFLA_IFNAME`.
    package var name: KernelText?
    /// `IFLA_ADDRESS`.
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
    package var alias: KernelText?

    package init(
        name: KernelText? = nil, macAddress: MACAddress? = nil, mtu: UInt32? = nil,
        isUp: Bool? = nil,
        isPromiscuous: Bool? = nil, receivesAllMulticast: Bool? = nil,
        transmitQueueLength: UInt32? = nil, alias: KernelText? = nil
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

    /// Whether an interface shows everything that is set here.
    package func areSet(on link: Link) -> Bool {
        func agree<Value: Equatable>(_ wanted: Value?, _ present: Value?) -> Bool {
            wanted == nil || wanted == present
        }
        return agree(name, link.name) && agree(macAddress, link.macAddress)
            && agree(mtu, link.mtu) && agree(isUp, link.isUp)
            && agree(isPromiscuous, link.isPromiscuous)
            && agree(receivesAllMulticast, link.receivesAllMulticast)
            && agree(transmitQueueLength, link.transmitQueueLength)
            && agree(alias, link.alias ?? "")
    }
}
