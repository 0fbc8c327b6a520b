package import LinuxSystem
package import Netlink

/// How a VF's interface was before it was given away: what there is to restore.
package struct InterfaceOriginal: Hashable, Sendable {
    /// In the host; nil in a record of an earlier version. It is given back if it is free.
    package var index: Int32?
    package var name: KernelText
    package var alternativeNames: [KernelText]
    package var macAddress: MACAddress?
    /// Bytes.
    package var mtu: UInt32
    package var isUp: Bool
    package var isPromiscuous: Bool
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
