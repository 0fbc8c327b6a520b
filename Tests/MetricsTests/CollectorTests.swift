import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@testable import Metrics

/// What is read of PFs and VFs, and what is written of it.
@Suite struct CollectorTests {
    private static let vf0 = SimulatedHost.vfAddress(0)
    private static let vf1 = SimulatedHost.vfAddress(1)

    // MARK: Counters

    @Test func aDriverThatDoesNotCountIsNotBelieved() throws {
        let fixture = try CollectorFixture()
        fixture.count(0, receivedBytes: 700)
        #expect(
            try fixture.lines("sriov_vf_rx_bytes") == [
                #"sriov_vf_rx_bytes{pf="pf0",vf="0",pciAddr="0000:01:10.0",numa_node="-1","#
                    + #"source="interface"} 700"#
            ])
    }

    @Test func withoutAnyCounterNothingIsSaid() throws {
        let fixture = try CollectorFixture()
        for family in MetricFamily.traffic {
            #expect(try fixture.lines(family.name).isEmpty)
        }
        #expect(try fixture.read().functions.first?.vfs.map(\.counters) == [nil, nil])
    }

    @Test func aDriverThatCountsOneVFIsBelievedOfAll() throws {
        let fixture = try CollectorFixture()
        fixture.count(1, receivedBytes: 700)
        fixture.host.withKernel { kernel in
            var statistics = VFStatistics()
            statistics.transmittedDropped = 1
            kernel.driverStatistics[Self.vf0] = statistics
        }
        #expect(
            try fixture.lines("sriov_vf_rx_bytes") == [
                #"sriov_vf_rx_bytes{pf="pf0",vf="0",pciAddr="0000:01:10.0",numa_node="-1","#
                    + #"source="pf"} 0"#,
                #"sriov_vf_rx_bytes{pf="pf0",vf="1",pciAddr="0000:01:10.2",numa_node="-1","#
                    + #"source="pf"} 0"#,
            ])
        #expect(try fixture.lines("sriov_vf_tx_dropped").map { $0.last } == ["1", "0"])
    }

    @Test func filesOfTheDriverComeBeforeTheInterface() throws {
        let fixture = try CollectorFixture()
        fixture.count(0, receivedBytes: 700)
        fixture.count(1, receivedBytes: 800)
        fixture.host.withKernel {
            $0.counterFiles[Self.vf0] = ["rx_bytes": 0, "tx_packets": 5, "tx_errors": 1]
        }
        #expect(
            try fixture.lines("sriov_vf_rx_bytes") == [
                #"sriov_vf_rx_bytes{pf="pf0",vf="0",pciAddr="0000:01:10.0",numa_node="-1","#
                    + #"source="sysfs"} 0"#,
                #"sriov_vf_rx_bytes{pf="pf0",vf="1",pciAddr="0000:01:10.2",numa_node="-1","#
                    + #"source="interface"} 800"#,
            ])
        // A file that is not there counts nothing.
        #expect(try fixture.lines("sriov_vf_tx_bytes").count == 1)
    }

    @Test func anInterfaceCountsInItsContainerToo() throws {
        let fixture = try CollectorFixture()
        try fixture.attach(0, to: "c1")
        fixture.count(0, receivedBytes: 700)
        #expect(try fixture.lines("sriov_vf_rx_bytes").count == 1)
        let vf = try #require(try fixture.read().functions.first?.vfs.first)
        #expect(vf.snapshot.namespacePath != nil)
        #expect(vf.snapshot.link?.name == "net1")
        #expect(vf.counters?.receivedBytes == 700)
        #expect(vf.counters?.receivedBroadcasts == nil)
    }

    @Test func anInterfaceWithoutARecordIsFoundElsewhere() throws {
        let fixture = try CollectorFixture()
        fixture.host.makeNamespace("/run/netns/other")
        fixture.host.withKernel { kernel in
            guard let link = kernel.vfs[Self.vf1]?.linkIndex else { return }
            kernel.interfaces[link]?.namespace = kernel.paths["/run/netns/other"]
        }
        fixture.count(1, receivedBytes: 900)
        let vf = try #require(try fixture.read().functions.first?.vfs.last)
        #expect(vf.snapshot.namespacePath != nil)
        #expect(vf.counters?.receivedBytes == 900)
    }

    // MARK: The node

    @Test func attachmentsAreTold() throws {
        let fixture = try CollectorFixture()
        try fixture.attach(0, to: "c1")
        try fixture.attach(1, to: "c2", frontEnd: "cli")
        #expect(
            try fixture.lines("vfmap_vf_attached") == [
                #"vfmap_vf_attached{pf="pf0",vf="0",pciAddr="0000:01:10.0",kind="cni","#
                    + #"network="n",container="c1",interface="net1",phase="attached"} 1"#,
                #"vfmap_vf_attached{pf="pf0",vf="1",pciAddr="0000:01:10.2",kind="manual","#
                    + #"network="n",container="c2",interface="net1",phase="attached"} 1"#,
            ])
        #expect(
            try fixture.lines("vfmap_attachments").contains(
                #"vfmap_attachments{phase="attached"} 2"#))
        #expect(try fixture.lines("vfmap_attachments").count == 7)
        #expect(try fixture.lines("vfmap_attachments_stale") == ["vfmap_attachments_stale 0"])
        fixture.host.deleteNamespace("/run/netns/c1")
        #expect(try fixture.lines("vfmap_attachments_stale") == ["vfmap_attachments_stale 1"])
    }

    /// A container could make series without end.
    @Test func aNameThatAContainerChoseIsNoLabel() throws {
        let fixture = try CollectorFixture()
        try fixture.attach(0, to: "c1")
        fixture.host.makeNamespace("/run/netns/other")
        fixture.host.withKernel { kernel in
            // One without a record is in a container as well.
            guard let link = kernel.vfs[Self.vf1]?.linkIndex else { return }
            kernel.interfaces[link]?.namespace = kernel.paths["/run/netns/other"]
        }
        let first = try fixture.lines("vfmap_vf_info") + fixture.lines("vfmap_vf_attached")
        #expect(first.count == 3)
        #expect(first[0].contains(#"interface="net1""#))
        #expect(first[1].contains(#"interface="""#))
        #expect(first[2].contains(#"interface="net1""#))
        for name in ["made0", "made1"] as [KernelText] {
            fixture.host.withKernel { kernel in
                for vf in [Self.vf0, Self.vf1] {
                    guard let link = kernel.vfs[vf]?.linkIndex else { return }
                    kernel.interfaces[link]?.link.name = name
                }
            }
            let now = try fixture.lines("vfmap_vf_info") + fixture.lines("vfmap_vf_attached")
            #expect(now == first)
        }
        // The container has died: until it is brought back, the VF has that name in the host.
        fixture.host.withKernel { kernel in
            guard let link = kernel.vfs[Self.vf0]?.linkIndex,
                let parent = kernel.pfs[SimulatedHost.pfAddress()]?.linkIndex
            else { return }
            let home = kernel.interfaces[parent]?.namespace
            kernel.interfaces[link]?.namespace = home
        }
        #expect(try fixture.lines("vfmap_vf_info").first == first[0])
    }

    @Test func thePFIsTold() throws {
        let fixture = try CollectorFixture()
        let labels = #"{pf="pf0",pciAddr="0000:01:00.0"}"#
        #expect(try fixture.lines("vfmap_pf_vfs") == ["vfmap_pf_vfs\(labels) 2"])
        #expect(try fixture.lines("vfmap_pf_vfs_max") == ["vfmap_pf_vfs_max\(labels) 7"])
        #expect(try fixture.lines("vfmap_pf_carrier") == ["vfmap_pf_carrier\(labels) 1"])
        fixture.host.withKernel { kernel in
            guard let link = kernel.pfs[SimulatedHost.pfAddress()]?.linkIndex else { return }
            kernel.interfaces[link]?.link.flags = 0
            kernel.interfaces[link]?.link.hasCarrier = false
        }
        #expect(try fixture.lines("vfmap_pf_up") == ["vfmap_pf_up\(labels) 0"])
        #expect(try fixture.lines("vfmap_pf_carrier") == ["vfmap_pf_carrier\(labels) 0"])
        #expect(try fixture.lines("vfmap_scrape_error") == [#"vfmap_scrape_error{pf="pf0"} 0"#])
    }

    @Test func poolsAreCountedByUse() throws {
        let fixture = try CollectorFixture(vfs: 4)
        let pools = PoolList(
            path: "/c",
            pools: [
                Pool(name: "all", prefix: "example.com", selectors: [PoolSelector()]),
                Pool(name: "empty", selectors: [PoolSelector()]),
            ])
        try fixture.attach(0, to: "c1")
        // One in a bridge of the host, and one with a driver that makes no interface.
        fixture.host.withKernel { kernel in
            guard let link = kernel.vfs[Self.vf1]?.linkIndex else { return }
            kernel.interfaces[link]?.link.controllerIndex = 99
            kernel.interfaces[link]?.link.controllerKind = "bridge"
        }
        try fixture.host.bindDriver(
            "vfio-pci", to: SimulatedHost.vfAddress(2), deadline: Deadline(after: .seconds(1)))
        #expect(
            try fixture.lines("vfmap_pool_vfs", pools: pools) == [
                #"vfmap_pool_vfs{pool="example.com/all",state="free"} 1"#,
                #"vfmap_pool_vfs{pool="example.com/all",state="taken"} 1"#,
                #"vfmap_pool_vfs{pool="example.com/all",state="unusable"} 2"#,
                #"vfmap_pool_vfs{pool="empty",state="free"} 0"#,
                #"vfmap_pool_vfs{pool="empty",state="taken"} 0"#,
                #"vfmap_pool_vfs{pool="empty",state="unusable"} 0"#,
            ])
        #expect(
            try fixture.lines("vfmap_vf_info", pools: pools).first
                == #"vfmap_vf_info{pf="pf0",vf="0",pciAddr="0000:01:10.0",numa_node="-1","#
                + #"driver="igbvf",interface="net1",pool="example.com/all"} 1"#)
    }

    // MARK: What goes wrong

    @Test func onePFThatFailsLeavesTheOthers() throws {
        let fixture = try CollectorFixture()
        fixture.host.withKernel { kernel in
            kernel.addPF(bus: 2, name: "pf1", vfs: 1, driver: .igb, isUp: true)
            kernel.unreadable = [SimulatedHost.pfAddress(bus: 2)]
        }
        #expect(
            try fixture.lines("vfmap_scrape_error") == [
                #"vfmap_scrape_error{pf="pf1"} 1"#, #"vfmap_scrape_error{pf="pf0"} 0"#,
            ])
        #expect(try fixture.lines("vfmap_pf_vfs").count == 1)
        let pools = PoolList(path: "/c", pools: [Pool(name: "a", selectors: [PoolSelector()])])
        // Nobody can tell how large it is.
        #expect(try fixture.lines("vfmap_pool_vfs", pools: pools).isEmpty)
    }

    @Test func aPFThatHangsIsWaitedForOnceAndNoLonger() throws {
        let fixture = try CollectorFixture()
        fixture.host.withKernel { kernel in
            kernel.addPF(bus: 2, name: "pf1", vfs: 1, driver: .igb, isUp: true)
            kernel.hanging = [SimulatedHost.pfAddress(bus: 2)]
        }
        let collector = try NodeCollector(
            context: fixture.context, allowance: .milliseconds(200))
        let deadline = Deadline(after: .seconds(120))
        /// One with so many PFs, or the last within the deadline: a busy machine may take longer for those too that
        /// do not hang.
        func reading(of count: Int) throws -> NodeReading {
            while true {
                let reading = try collector.read()
                if reading.functions.count == count || deadline.hasPassed { return reading }
            }
        }
        for _ in 0..<3 {
            let reading = try reading(of: 1)
            #expect(reading.functions.map(\.function.displayName) == ["pf0"])
            #expect(reading.failures == ["pf1": "it was not read within 0.2 seconds"])
        }
        // However often it was asked, one thread waits.
        #expect(fixture.host.kernel.hangs == 1)
        fixture.host.withKernel { $0.hanging = [] }
        #expect(try reading(of: 2).failures.isEmpty)
    }

    @Test func withoutAStateFileTheHardwareIsTold() throws {
        let fixture = try CollectorFixture()
        try fixture.breakStateFile()
        #expect(try fixture.lines("vfmap_state_file_usable") == ["vfmap_state_file_usable 0"])
        #expect(try fixture.lines("vfmap_attachments").isEmpty)
        #expect(try fixture.lines("vfmap_attachments_stale").isEmpty)
        #expect(try fixture.lines("vfmap_pf_vfs").count == 1)
        let pools = PoolList(path: "/c", pools: [Pool(name: "a", selectors: [PoolSelector()])])
        #expect(try fixture.lines("vfmap_pool_vfs", pools: pools).isEmpty)
    }
}
