import LinuxSystem
import Testing

@testable import Netlink

@Suite struct LinkStatisticsTests {
    /// The first nine words of `struct rtnl_link_stats64`, and more.
    private static let counters = attribute(
        23, (1...25).flatMap { little(UInt64($0) << 32) })

    @Test func countersAreWhereTheKernelPutsThem() throws {
        let kernel = FakeKernel(.link(index: 9, name: "eth0", attributes: Self.counters))
        var expected = LinkStatistics()
        expected.receivedPackets = 1 << 32
        expected.transmittedPackets = 2 << 32
        expected.receivedBytes = 3 << 32
        expected.transmittedBytes = 4 << 32
        expected.receivedDropped = 7 << 32
        expected.transmittedDropped = 8 << 32
        expected.receivedMulticasts = 9 << 32
        #expect(try kernel.routeSocket.statistics(ofLink: 9, named: "eth0") == expected)
    }

    @Test func aLinkWithoutCountersHasNone() throws {
        let kernel = FakeKernel(.link(index: 9, name: "eth0"))
        #expect(try kernel.routeSocket.statistics(ofLink: 9, named: "eth0") == nil)
    }

    @Test func aLinkThatHasGoneHasNone() throws {
        let kernel = FakeKernel(.acknowledgement(-19))
        #expect(try kernel.routeSocket.statistics(ofLink: 9, named: "eth0") == nil)
    }

    @Test func countersThatAreCutOffAreAnError() {
        let short = attribute(23, [UInt8](repeating: 0, count: 71))
        let kernel = FakeKernel(.link(index: 9, name: "eth0", attributes: short))
        #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.statistics(ofLink: 9, named: "eth0")
        }
    }

    @Test func theLoopbackInterfaceOfThisMachineHasCounters() throws {
        #expect(try RouteSocket().statistics(ofLink: 1, named: "lo") != nil)
    }

    @Test func aPFWithSoManyVFsFitsIntoTheKernelsList() {
        // What Linux puts in for a VF with counters, its two GUIDs and padding included.
        #expect(RouteSocket.mostVFsWithStatistics * 372 < 65536)
    }
}
