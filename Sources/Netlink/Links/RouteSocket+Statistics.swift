internal import CNetlink
package import LinuxSystem

extension RouteSocket {
    /// The most VFs of a PF whose counters are asked for with them.
    ///
    /// The kernel's list has room for 64 KiB. With counters a VF takes up to 372 bytes of it; a list that is too long
    /// is damaged silently by older kernels, and newer ones complain of it in their log, so it is not even tried.
    package static var mostVFsWithStatistics: Int { 170 }

    /// The counters of an interface.
    ///
    /// - Parameter name: The interface's name, for the error.
    /// - Returns: nil if there is no such interface (now), or the kernel sends no counters of it.
    /// - Throws: `NetlinkError`.
    package func statistics(
        ofLink index: Int32, named name: KernelText
    ) throws(NetlinkError) -> LinkStatistics? {
        let request = NetlinkRequest(
            "read", nil, "counters of \(name)", type: Int(RTM_GETLINK), flags: 0
        ) { $0.append(ifinfomsg(index: index)) }
        do {
            return try conversation.answer(to: request) { reply throws(MalformedReply) in
                try LinkStatistics(reply)
            }
        } catch  where error.errno == .noDevice {
            return nil
        }
    }
}

extension LinkStatistics {
    /// Decodes the counters of an `RTM_NEWLINK`; nil if it has none.
    init?(_ reply: NetlinkReply) throws(MalformedReply) {
        var attributes = try reply.attributes(afterHeader: MemoryLayout<ifinfomsg>.size)
        while let attribute = try attributes.next() {
            guard attribute.type == Int(IFLA_STATS64) else { continue }
            // The order of `struct rtnl_link_stats64`.
            self.init()
            receivedPackets = try attribute.integer(at: 0)
            transmittedPackets = try attribute.integer(at: 8)
            receivedBytes = try attribute.integer(at: 16)
            transmittedBytes = try attribute.integer(at: 24)
            receivedDropped = try attribute.integer(at: 48)
            transmittedDropped = try attribute.integer(at: 56)
            receivedMulticasts = try attribute.integer(at: 64)
            return
        }
        return nil
    }
}
