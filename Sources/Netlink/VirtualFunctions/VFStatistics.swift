/// Counters of one VF, as its PF's driver keeps them (`IFLA_VF_STATS`).
///
/// A driver without counters of its own leaves all of them zero, which looks like a silent VF: igb
/// and netdevsim of Linux 6.1 do.
package struct VFStatistics: Hashable, Sendable {
    package var receivedPackets: UInt64 = 0
    package var transmittedPackets: UInt64 = 0
    package var receivedBytes: UInt64 = 0
    package var transmittedBytes: UInt64 = 0
    package var receivedBroadcasts: UInt64 = 0
    package var receivedMulticasts: UInt64 = 0
    package var receivedDropped: UInt64 = 0
    package var transmittedDropped: UInt64 = 0

    package init() {}
}
