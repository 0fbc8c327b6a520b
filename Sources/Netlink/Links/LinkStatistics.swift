/// Counters of an interface, as its own driver keeps them (`IFLA_STATS64`).
package struct LinkStatistics: Hashable, Sendable {
    /// Packets (`rx_packets`).
    package var receivedPackets: UInt64 = 0
    /// Packets (`tx_packets`).
    package var transmittedPackets: UInt64 = 0
    /// Bytes (`rx_bytes`).
    package var receivedBytes: UInt64 = 0
    /// Bytes (`tx_bytes`).
    package var transmittedBytes: UInt64 = 0
    /// Packets (`rx_dropped`).
    package var receivedDropped: UInt64 = 0
    /// Packets (`tx_dropped`).
    package var transmittedDropped: UInt64 = 0
    /// Packets (`multicast`).
    package var receivedMulticasts: UInt64 = 0

    package init() {}
}
