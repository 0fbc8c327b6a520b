package import LinuxSystem
package import Netlink

/// How a VF's interface was before it was given away: what there is to restore.
package struct InterfaceOriginal: Hashable, Sendable {
    /// In the host; nil in a record of an earlier version. It is restored if it is free.
    package var index: Int32?
    /// The name in the host.
    package var name: KernelText
    /// The alternative names in the host, in the kernel's order.
    package var alternativeNames: [KernelText]
    /// nil for an interface without an Ethernet address.
    package var macAddress: MACAddress?
    /// Bytes.
    package var mtu: UInt32
    /// `IFF_UP`.
    package var isUp: Bool
    /// `IFF_PROMISC`.
    package var isPromiscuous: Bool
    /// `IFF_ALLMULTI`.
    package var receivesAllMulticast: Bool
    /// Packets.
    package var transmitQueueLength: UInt32
    /// nil for none.
    package var alias: KernelText?

    package init(_ link: Link) {
        index = link.index
        name = link.name
        alternativeNames = link.alternativeNames
        macAddress = link.macAddress
        mtu = link.mtu
        isUp = link.isUp
        isPromiscuous = link.isPromiscuous
        receivesAllMulticast = link.receivesAllMulticast
        transmitQueueLength = link.transmitQueueLength
        alias = link.alias
    }
}
