/// Counters of an interface, as its own driver keeps them (`IFLA_STATS64`).
package struct LinkStatistics: Hashable, Sendable {
    package var receivedPackets: UInt64 = 0
    package var transmittedPackets: UInt64 = 0
    package var receivedBytes: UInt64 = 0
    package var transmittedBytes: UInt64 = 0
    package var receivedDropped: UInt64 = 0
    package var transmittedDropped: UInt64 = 0
    package var receivedMulticasts: UInt64 = 0

    package init() {}
}
