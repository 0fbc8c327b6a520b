/// Counters of one VF, as its PF's driver keeps them (`IFLA_VF_STATS`).
///
/// A driver without counters of its own leaves all of them zero, which looks like a silent VF: igb
/// and netdevsim of Linux 6.1 do.
package struct VFStatistics: Hashable, Sendable {
    /// Packets (`IFLA_VF_STATS_RX_PACKETS`).
    package var receivedPackets: UInt64 = 0
    /// Packets (`IFLA_VF_STATS_TX_PACKETS`).
    package var transmittedPackets: UInt64 = 0
    /// Bytes (`IFLA_VF_STATS_RX_BYTES`).
    package var receivedBytes: UInt64 = 0
    /// Bytes (`IFLA_VF_STATS_TX_BYTES`).
    package var transmittedBytes: UInt64 = 0
    /// Packets (`IFLA_VF_STATS_BROADCAST`).
    package var receivedBroadcasts: UInt64 = 0
    /// Packets (`IFLA_VF_STATS_MULTICAST`).
    package var receivedMulticasts: UInt64 = 0
    /// Packets (`IFLA_VF_STATS_RX_DROPPED`).
    package var receivedDropped: UInt64 = 0
    /// Packets (`IFLA_VF_STATS_TX_DROPPED`).
    package var transmittedDropped: UInt64 = 0

    package init() {}
}
