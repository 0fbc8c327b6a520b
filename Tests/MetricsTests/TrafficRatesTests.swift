import Metrics
import Netlink
import Testing

@Suite struct TrafficRatesTests {
    private static func counters(_ bytes: UInt64, packets: UInt64 = 0) -> TrafficCounters {
        var statistics = LinkStatistics()
        statistics.receivedBytes = bytes
        statistics.transmittedPackets = packets
        return TrafficCounters(statistics)
    }

    @Test func bytesAreBitsAndPacketsArePackets() {
        let rates = TrafficRates(
            from: Self.counters(1000, packets: 10), to: Self.counters(3000, packets: 15), seconds: 2
        )
        #expect(rates.receivedBits == 8000)
        #expect(rates.transmittedPackets == 2.5)
        #expect(rates.transmittedBits == 0)
        #expect(rates.dropped == 0)
        #expect(rates.source == .interface)
    }

    @Test func withoutAnEarlierReadingThereAreNone() {
        let rates = TrafficRates(from: nil, to: Self.counters(1), seconds: 2)
        #expect(rates.receivedBits == nil)
        #expect(rates.dropped == nil)
    }

    @Test func aCounterThatWasSetBackHasNone() {
        let rates = TrafficRates(
            from: Self.counters(1000, packets: 5), to: Self.counters(10, packets: 6), seconds: 1)
        #expect(rates.receivedBits == nil)
        #expect(rates.transmittedPackets == 1)
    }

    @Test func anotherSourceCountsFromAnotherBeginning() {
        let now = TrafficCounters(files: ["rx_bytes": 9000, "tx_packets": 1])
        let rates = TrafficRates(from: Self.counters(1000), to: now, seconds: 1)
        #expect(rates.receivedBits == nil)
        #expect(rates.transmittedPackets == nil)
        #expect(rates.source == .sysfs)
    }

    @Test func whatIsNotCountedHasNoRate() {
        let before = TrafficCounters(files: ["rx_bytes": 0, "tx_dropped": 1])
        let now = TrafficCounters(files: ["rx_bytes": 1, "tx_dropped": 4])
        let rates = TrafficRates(from: before, to: now, seconds: 1)
        #expect(rates.receivedBits == 8)
        #expect(rates.transmittedBits == nil)
        #expect(rates.receivedDropped == nil)
        #expect(rates.dropped == 3)
    }

    @Test func theLargestCountersAreNoTrouble() {
        let rates = TrafficRates(
            from: Self.counters(.max - 1), to: Self.counters(.max), seconds: 1)
        #expect(rates.receivedBits == 8)
    }
}
