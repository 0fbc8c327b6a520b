package import LinuxSystem
package import Netlink

/// The frames by which an interface announces to its neighbours that an IP address is now at its MAC: pure functions.
///
/// They are whole Ethernet frames, so that they leave by the announced interface: an advertisement to
/// `ff02::1` that the kernel routes leaves by the interface that came up first.
package enum AddressAnnouncement {
    /// The frames for one address.
    ///
    /// For IPv4 an ARP request and an ARP reply (RFC 5944, 4.6), since neighbours may process only one of the two; for
    /// IPv6 an unsolicited neighbour advertisement (RFC 4861, 7.2.6).
    ///
    /// - Returns: None for an IPv6 address that is not usable (tentative, or DAD failed); its announcement is left to
    ///   the kernel.
    package static func frames(
        for address: InterfaceAddress, from mac: MACAddress
    ) -> [[UInt8]] {
        let ip = address.network.address
        guard ip.isIPv6 else {
            return [
                arp(request, ip, from: mac, to: MACAddress.zero),
                arp(reply, ip, from: mac, to: mac),
            ]
        }
        guard address.flags & detectionFailed == 0 else { return [] }
        // An optimistic address is usable but must not displace another station's entry (RFC 4429, 3.3); one that is
        // tentative only must not be a source at all.
        let isOptimistic = address.flags & optimistic != 0
        guard isOptimistic || address.flags & tentative == 0 else { return [] }
        return [advertisement(ip, from: mac, overrides: !isOptimistic)]
    }

    private static func arp(
        _ operation: UInt8, _ ip: IPAddress, from mac: MACAddress, to target: MACAddress
    ) -> [UInt8] {
        let ethernet: [UInt8] = broadcast + mac.bytes + [0x08, 0x06]
        let header: [UInt8] = [0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, operation]
        return ethernet + header + mac.bytes + ip.bytes + target.bytes + ip.bytes
    }

    private static func advertisement(
        _ ip: IPAddress, from mac: MACAddress, overrides: Bool
    ) -> [UInt8] {
        let flags: UInt8 = overrides ? 0x20 : 0
        let targetLinkLayerAddress: [UInt8] = [2, 1] + mac.bytes
        var message: [UInt8] = [136, 0, 0, 0, flags, 0, 0, 0]
        message += ip.bytes + targetLinkLayerAddress
        let sum = checksum(
            ip.bytes + allNodes + [0, 0, 0, UInt8(message.count), 0, 0, 0, icmpv6] + message)
        message[2] = UInt8(sum >> 8)
        message[3] = UInt8(sum & 0xff)
        let ethernet: [UInt8] = allNodesMAC + mac.bytes + [0x86, 0xdd]
        // Neighbours drop an advertisement whose hop limit shows that it has passed a router.
        let header: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(message.count), icmpv6, 255]
        return ethernet + header + ip.bytes + allNodes + message
    }

    /// The Internet checksum (RFC 1071) of an even number of bytes.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return ~UInt16(sum)
    }

    private static let request: UInt8 = 1
    private static let reply: UInt8 = 2
    private static let icmpv6: UInt8 = 58
    private static let broadcast = [UInt8](repeating: 0xff, count: 6)
    private static let allNodesMAC: [UInt8] = [0x33, 0x33, 0, 0, 0, 1]
    /// `ff02::1`.
    private static let allNodes: [UInt8] = [0xff, 0x02] + [UInt8](repeating: 0, count: 13) + [1]

    /// `IFA_F_OPTIMISTIC`.
    private static let optimistic: UInt32 = 0x04
    /// `IFA_F_DADFAILED`.
    private static let detectionFailed: UInt32 = 0x08
    /// `IFA_F_TENTATIVE`.
    private static let tentative: UInt32 = 0x40
}
