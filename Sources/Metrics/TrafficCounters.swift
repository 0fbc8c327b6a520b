package import Netlink

/// What a VF has received and sent; nil for what its source does not count.
package struct TrafficCounters: Hashable, Sendable {
    /// Where all of the counters come from; each source counts from its own beginning.
    package let source: CounterSource
    package var receivedBytes: UInt64?
    package var transmittedBytes: UInt64?
    package var receivedPackets: UInt64?
    package var transmittedPackets: UInt64?
    /// Packets to the VF that were dropped.
    package var receivedDropped: UInt64?
    /// Packets from the VF that were dropped.
    package var transmittedDropped: UInt64?
    /// Packets; always nil for the VF's own interface.
    package var receivedBroadcasts: UInt64?
    /// Packets.
    package var receivedMulticasts: UInt64?

    /// What the PF's driver tells.
    package init(_ statistics: VFStatistics) {
        source = .physicalFunction
        receivedBytes = statistics.receivedBytes
        transmittedBytes = statistics.transmittedBytes
        receivedPackets = statistics.receivedPackets
        transmittedPackets = statistics.transmittedPackets
        receivedDropped = statistics.receivedDropped
        transmittedDropped = statistics.transmittedDropped
        receivedBroadcasts = statistics.receivedBroadcasts
        receivedMulticasts = statistics.receivedMulticasts
    }

    /// What the PF's driver shows as files.
    ///
    /// - Parameter files: By name.
    package init(files: [String: UInt64]) {
        source = .sysfs
        receivedBytes = files["rx_bytes"]
        transmittedBytes = files["tx_bytes"]
        receivedPackets = files["rx_packets"]
        transmittedPackets = files["tx_packets"]
        receivedDropped = files["rx_dropped"]
        transmittedDropped = files["tx_dropped"]
        receivedBroadcasts = files["rx_broadcast"]
        receivedMulticasts = files["rx_multicast"]
    }

    /// What the VF's own interface tells.
    package init(_ statistics: LinkStatistics) {
        source = .interface
        receivedBytes = statistics.receivedBytes
        transmittedBytes = statistics.transmittedBytes
        receivedPackets = statistics.receivedPackets
        transmittedPackets = statistics.transmittedPackets
        receivedDropped = statistics.receivedDropped
        transmittedDropped = statistics.transmittedDropped
        receivedMulticasts = statistics.receivedMulticasts
    }
}
