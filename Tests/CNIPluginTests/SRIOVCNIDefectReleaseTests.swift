import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Defects known from other SR-IOV CNI plugins, one test each: releasing a VF, and what is remembered of it.
@Suite struct SRIOVCNIDefectReleaseTests {
    private let settings = #""vlan":7,"trust":"on","mac":"02:11:22:33:44:55","mtu":1400"#
    private let vf = SimulatedHost.vfAddress(0)

    @Test(arguments: ["vfio-pci", "uio_pci_generic", "igb_uio"])
    func aVFOfVfioIsReleasedByTheFirstDel(driver: String) throws {
        let fixture = try PluginFixture()
        fixture.host.withKernel { $0.bind(vf, to: driver) }
        let before = fixture.machine
        let input = fixture.configuration(#""vlan":7,"trust":"on""#)
        try fixture.add(input)
        #expect(fixture.host.kernel.vfs[vf]?.info.vlan.identifier == 7)
        #expect(fixture.call("DEL", input) == ("", 0))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func stateSurvivesADelThatFailed() throws {
        var failures = 0
        for step in 1... {
            let fixture = try PluginFixture()
            let before = fixture.machine
            let input = fixture.configuration(settings)
            try fixture.add(input)
            let original = try #require(fixture.store().attachments().first?.originalInterface)
            fixture.host.arm(.fail(at: step))
            let status = fixture.call("DEL", input).status
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            if fixture.machine != before {
                failures += 1
                let isTold =
                    status == 1 || fixture.complaint.contains("to be restored later")
                #expect(isTold, "step \(step)")
                let kept = try fixture.store().attachments().map(\.originalInterface)
                #expect(kept == [original], "step \(step)")
            }
            #expect(fixture.call("DEL", input) == ("", 0), "step \(step)")
            #expect(fixture.machine == before, "step \(step)")
            #expect(try fixture.store().attachments() == [], "step \(step)")
            if !wasReached { break }
        }
        #expect(failures > 5)
    }

    @Test func delWithoutNetnsClearsVLANMACAndTrust() throws {
        let fixture = try PluginFixture()
        let before = fixture.machine
        let input = fixture.configuration(settings)
        try fixture.add(input)
        #expect(fixture.call("DEL", input, ["CNI_NETNS": ""]) == ("", 0))
        let info = try #require(fixture.host.kernel.vfs[vf]?.info)
        #expect(info.vlans == [])
        #expect(info.trust == false)
        #expect(fixture.interface?.link.macAddress == MACAddress("02:00:01:00:00:00"))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func nameMTUAndMACAreRestoredAfterTheNamespaceIsGone() throws {
        let fixture = try PluginFixture()
        let input = fixture.configuration(settings)
        try fixture.add(input)
        #expect(fixture.interface?.link.mtu == 1400)
        fixture.host.deleteNamespace("/run/netns/c1")
        #expect(fixture.call("DEL", input) == ("", 0))
        let interface = try #require(fixture.interface)
        #expect(interface.namespace == 0)
        #expect(interface.link.name == "pf0v0")
        #expect(interface.link.mtu == 1500)
        #expect(interface.link.macAddress == MACAddress("02:00:01:00:00:00"))
    }

    @Test(arguments: [nil, "no database"])
    func ipamDelRunsWithoutARecord(contents: String?) throws {
        let fixture = try PluginFixture()
        try fixture.add()
        for suffix in ["", "-wal", "-shm"] {
            let path = fixture.statePath + suffix
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        if let contents { try Data(contents.utf8).write(to: URL(filePath: fixture.statePath)) }
        #expect(fixture.call("DEL") == ("", 0))
        // The address of the VF is enough to bring it home too.
        #expect(fixture.interface?.namespace == 0)
        #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ")
    }

    @Test func aFailingIPAMDelDoesNotKeepTheVF() throws {
        let fixture = try PluginFixture(
            ipam: PluginFixture.givesOneAddress + #"; [ "$CNI_COMMAND" != DEL ] || exit 1"#)
        let before = fixture.machine
        let input = fixture.configuration(settings)
        try fixture.add(input)
        #expect(fixture.call("DEL", input).status == 1)
        #expect(fixture.machine == before)
    }

    @Test(arguments: ["/run/netns/c1", "/run/netns/c2", "", "/run/netns/none"])
    func delNeverTouchesAVFOfAnotherContainer(path: String) throws {
        let fixture = try PluginFixture()
        fixture.host.makeNamespace("/run/netns/c2")
        let input = fixture.configuration(settings)
        try fixture.add(input)
        #expect(fixture.call("DEL", input) == ("", 0))
        try fixture.add(input, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
        let before = fixture.host.kernel
        #expect(fixture.call("DEL", input, ["CNI_NETNS": path]) == ("", 0))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().map(\.owner.container) == ["c2"])
    }

    @Test func aKilledAddIsUndoneBeforeTheNextSamplesOriginals() throws {
        var leftovers = 0
        for step in 1... {
            let fixture = try PluginFixture()
            fixture.host.makeNamespace("/run/netns/c2")
            let before = fixture.machine
            fixture.host.arm(.die(at: step))
            _ = fixture.call("ADD", fixture.configuration(settings))
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            if !wasReached { break }
            if fixture.machine != before { leftovers += 1 }
            // One that is known as attached is the runtime's to delete.
            if try fixture.store().attachments().map(\.phase) == [.attached] { continue }
            let variables = ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]
            try fixture.add(nil, variables)
            let record = try #require(fixture.store().attachments().first)
            #expect(record.originalInfo?.vlans == [], "step \(step)")
            #expect(record.originalInfo?.trust == false, "step \(step)")
            #expect(record.originalInterface?.name == "pf0v0", "step \(step)")
            #expect(record.originalInterface?.mtu == 1500, "step \(step)")
            #expect(
                record.originalInterface?.macAddress == MACAddress("02:00:01:00:00:00"),
                "step \(step)")
            #expect(fixture.call("DEL", nil, variables) == ("", 0), "step \(step)")
            #expect(fixture.machine == before, "step \(step)")
        }
        #expect(leftovers > 5)
    }

    @Test func aPFRenamedSinceTheAddIsFoundByItsAddress() throws {
        let fixture = try PluginFixture()
        try fixture.add(fixture.configuration(settings))
        fixture.host.withKernel { kernel in
            kernel.renamePF(SimulatedHost.pfAddress(), to: "uplink")
            // Another one under the name that it had, whose VF must stay as it is.
            kernel.addPF(bus: 2, name: "pf0", vfs: 1, driver: .igb, isUp: true)
            kernel.vfs[SimulatedHost.vfAddress(0, bus: 2)]?.info.vlans = [VLANTag(identifier: 7)]
        }
        #expect(fixture.call("DEL", fixture.configuration(settings)) == ("", 0))
        #expect(fixture.host.kernel.vfs[vf]?.info.vlans == [])
        #expect(
            fixture.host.kernel.vfs[SimulatedHost.vfAddress(0, bus: 2)]?.info.vlans
                == [VLANTag(identifier: 7)])
    }

    @Test func aPathThatLeadsToAnotherNamespaceNowDoesNotKeepTheVF() throws {
        let fixture = try PluginFixture()
        let path = "/proc/4711/ns/net"
        fixture.host.makeNamespace(path)
        fixture.host.makeNamespace("/run/netns/c2")
        try fixture.add(fixture.configuration(settings), ["CNI_NETNS": path])
        fixture.host.deleteNamespace(path)
        fixture.host.makeNamespace(path)
        try fixture.add(nil, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
        #expect(try fixture.store().attachments().map(\.owner.container) == ["c2"])
        #expect(fixture.interface?.namespace == fixture.host.kernel.paths["/run/netns/c2"])
        #expect(fixture.host.kernel.vfs[vf]?.info.vlans == [])
    }

    @Test func namesThatRunTogetherHaveRecordsOfTheirOwn() throws {
        let fixture = try PluginFixture()
        fixture.host.makeNamespace("/run/netns/c2")
        let first = ["CNI_CONTAINERID": "a", "CNI_IFNAME": "b-c"]
        let second = [
            "CNI_CONTAINERID": "a-b", "CNI_IFNAME": "c", "CNI_NETNS": "/run/netns/c2",
        ]
        let other = fixture.configuration(#""vlan":9"#, device: "0000:01:10.2")
        try fixture.add(fixture.configuration(settings), first)
        try fixture.add(other, second)
        #expect(fixture.call("DEL", fixture.configuration(settings), first) == ("", 0))
        #expect(
            try fixture.store().attachments().map(\.owner.description) == ["cni sriov-net a-b/c"])
        #expect(fixture.host.kernel.vfs[vf]?.info.vlans == [])
        #expect(
            fixture.host.kernel.vfs[SimulatedHost.vfAddress(1)]?.info.vlans
                == [VLANTag(identifier: 9)])
    }

    @Test func aRecordWhoseWritingIsCutShortIsTheOldOneWhole() throws {
        struct Cut: Error {}
        let fixture = try PluginFixture()
        try fixture.add()
        let record = try #require(fixture.store().attachments().first)
        var changed = record
        changed.phase = .restoring
        let store = AttachmentStore(
            path: fixture.statePath, boot: fixture.host.kernel.boot, failpoint: { throw Cut() })
        #expect(throws: (any Error).self) { try store.update(changed) }
        #expect(try fixture.store().attachments() == [record])
    }
}
