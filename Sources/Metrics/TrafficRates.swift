/// What a VF received and sent in a second, between two readings; nil for what cannot be told.
package struct TrafficRates: Hashable, Sendable {
    /// Where the later of the two readings comes from.
    package let source: CounterSource
    package let receivedBits: Double?
    package let transmittedBits: Double?
    package let receivedPackets: Double?
    package let transmittedPackets: Double?
    /// Packets to the VF that were dropped.
    package let receivedDropped: Double?
    /// Packets from the VF that were dropped.
    package let transmittedDropped: Double?

    /// - Parameters:
    ///   - before: The earlier reading; nil if there is none, and then there are no rates.
    ///   - seconds: Between the two, above 0.
    package init(from before: TrafficCounters?, to now: TrafficCounters, seconds: Double) {
        // Another source counts from another beginning.
        let before = before?.source == now.source ? before : nil
        func rate(_ counter: KeyPath<TrafficCounters, UInt64?>, _ factor: Double = 1) -> Double? {
            guard let old = before?[keyPath: counter], let new = now[keyPath: counter],
                // One that went back was set back: since when, nobody knows.
                new >= old, seconds > 0
            else { return nil }
            return Double(new - old) * factor / seconds
        }
        source = now.source
        receivedBits = rate(\.receivedBytes, 8)
        transmittedBits = rate(\.transmittedBytes, 8)
        receivedPackets = rate(\.receivedPackets)
        transmittedPackets = rate(\.transmittedPackets)
        receivedDropped = rate(\.receivedDropped)
        transmittedDropped = rate(\.transmittedDropped)
    }

    /// Dropped in either direction; nil only if neither is known.
    package var dropped: Double? {
        receivedDropped == nil && transmittedDropped == nil
            ? nil : (receivedDropped ?? 0) + (transmittedDropped ?? 0)
    }
}
