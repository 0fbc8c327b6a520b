import Foundation
import JSON
import LinuxSystem
import Netlink
import SimulatedHost
import Testing

@testable import SRIOV

/// What is asked of the interface itself, the tolerance for link states, and the reset on the way back.
@Suite struct InterfaceModeTests {
    private let vf = SimulatedHost.vfAddress(0)

    private func fixture(_ driver: SimulatedDriver = .igb) throws -> EngineFixture {
        let host = SimulatedHost.withVFs(2, driver: driver)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        return try EngineFixture(host)
    }

    private func link(_ fixture: EngineFixture) throws -> Link {
        try #require(
            fixture.host.kernel.interfaces.values.first { $0.virtualFunction == vf }?.link)
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        #expect(throws: ManagerError.self) { try body() }
    }

    private func release(_ fixture: EngineFixture) throws {
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
    }

    @Test func mtuAndModesAreSetInTheContainerAndEndWithIt() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(
            .vf(
                0, for: "a",
                VFSettings(mtu: 9000, isPromiscuous: true, receivesAllMulticast: true)))
        let inside = try link(fixture)
        #expect(inside.mtu == 9000)
        #expect(inside.isPromiscuous)
        #expect(inside.receivesAllMulticast)
        try release(fixture)
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func modesThatWereOnAreTurnedOffAndComeBack() throws {
        let fixture = try fixture()
        let index = try link(fixture).index
        fixture.host.withKernel { $0.interfaces[index]?.link.flags = 0x300 }
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(
            .vf(0, for: "a", VFSettings(isPromiscuous: false, receivesAllMulticast: false)))
        #expect(try link(fixture).flags & 0x300 == 0)
        try release(fixture)
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func whatTheContainerChangedItselfIsRestoredToo() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(.vf(0, for: "a"))
        let index = try link(fixture).index
        fixture.host.withKernel { kernel in
            kernel.interfaces[index]?.link.flags |= 0x300
            kernel.interfaces[index]?.link.mtu = 1280
        }
        try release(fixture)
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func checkTellsOfModesAndMTU() throws {
        let fixture = try fixture()
        try fixture.attach(
            .vf(
                0, for: "a",
                VFSettings(mtu: 9000, isPromiscuous: true, receivesAllMulticast: false)))
        #expect(try fixture.context().attachments.check(.cni("a")).findings == [])
        let index = try link(fixture).index
        fixture.host.withKernel { kernel in
            kernel.interfaces[index]?.link.flags = 0x241
            kernel.interfaces[index]?.link.mtu = 1500
        }
        #expect(
            try fixture.context().attachments.check(.cni("a")).findings.map(\.description) == [
                "MTU of net1 is 1500, asked for was 9000",
                "promiscuous mode of net1 is off, asked for was on",
                "all-multicast mode of net1 is on, asked for was off",
            ])
    }

    @Test func anMTUThatTheDriverRefusesLeavesNothing() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        let refusal = error {
            try fixture.attach(.vf(0, for: "a", VFSettings(mtu: 9500, isPromiscuous: true)))
        }
        #expect(refusal?.description.hasSuffix("invalid argument (EINVAL)") == true)
        #expect(fixture.host.kernel.pristinePart == before)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func aVFWithoutInterfaceTakesNone() throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.vfs[vf]?.function.driver = "vfio-pci"
            if let index = kernel.vfs[vf]?.linkIndex { kernel.interfaces[index] = nil }
            kernel.vfs[vf]?.linkIndex = nil
        }
        let refusal = error {
            try fixture.attach(.vf(0, for: "a", VFSettings(mtu: 9000, isPromiscuous: true)))
        }
        #expect(refusal?.code == .unsupported)
        #expect(
            refusal?.message == "VF 0000:01:10.0 has no interface under vfio-pci, so it takes no "
                + "MTU, promiscuous mode")
    }

    // MARK: Link state

    @Test func aLinkStateThatTheDriverDoesNotKnowIsAnError() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        let refusal = error {
            try fixture.attach(.vf(0, for: "a", VFSettings(linkState: .enabled)))
        }
        #expect(refusal?.description.contains("operation not supported (EOPNOTSUPP)") == true)
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func aRefusedOneOfSeveralHasItsName() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        let settings = VFSettings(
            vlan: VLANTag(identifier: 7), maximumRate: 100, spoofCheck: false, trust: true,
            linkState: .enabled)
        for mindsEqualVLANs in [false, true] {
            fixture.host.withKernel { $0.mindsEqualVLANs = mindsEqualVLANs }
            let refusal = error { try fixture.attach(.vf(0, for: "a", settings)) }
            let description = refusal?.description ?? ""
            #expect(description.contains("set link state of VF 0 of pf0: operation not supported"))
            #expect(!description.contains("attributes"))
            fixture.host.withKernel { $0.mindsEqualVLANs = false }
            #expect(fixture.host.kernel.pristinePart == before)
            #expect(try fixture.store().attachments() == [])
        }
        #expect(fixture.warnings == [])
    }

    /// The way back goes on behind what is refused of it, and has its name.
    @Test func aRefusedOneOfSeveralOnTheWayBackKeepsNoOtherFromIt() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        let settings = VFSettings(
            vlan: VLANTag(identifier: 7), maximumRate: 100, spoofCheck: false, trust: true)
        try fixture.attach(.vf(0, for: "a", settings))
        fixture.host.withKernel {
            $0.unsupported = ["spoof check"]
            $0.mindsEqualVLANs = true
        }
        try fixture.detach(.vf(0, of: "a"))
        #expect(
            fixture.warnings == [
                "VF \(vf): set spoof check of VF 0 of pf0: operation not supported "
                    + "(EOPNOTSUPP), to be restored later"
            ])
        let info = fixture.host.kernel.vfs[vf]?.info
        #expect(info?.vlans == [])
        #expect(info?.trust == false)
        #expect(try fixture.store().attachment(of: vf)?.phase == .restoring)
        fixture.host.withKernel { $0.unsupported = [] }
        _ = try fixture.context().attachments.recover()
        fixture.host.withKernel { $0.mindsEqualVLANs = false }
        #expect(fixture.host.kernel.pristinePart == before)
        #expect(try fixture.store().attachments() == [])
    }

    @Test func itIsAWarningWhereThatIsAskedFor() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(
            .vf(
                0, for: "a",
                VFSettings(trust: true, linkState: .enabled, toleratesUnsupportedLinkState: true))
        )
        #expect(
            fixture.warnings == [
                "set link state of VF 0 of pf0: operation not supported (EOPNOTSUPP), "
                    + "proceeding anyway"
            ])
        #expect(fixture.host.kernel.vfs[vf]?.info.trust == true)
        #expect(try fixture.store().attachment(of: vf)?.settings.linkState == nil)
        #expect(try fixture.context().attachments.check(.cni("a")).findings == [])
        try release(fixture)
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func theToleranceIsForLinkStatesAlone() throws {
        let fixture = try fixture()
        var settings = VFSettings(toleratesUnsupportedLinkState: true)
        settings.vlan = VLANTag(identifier: 5, protocol: .dot1ad)
        #expect(error { try fixture.attach(.vf(0, for: "a", settings)) }?.code == .unsupported)
    }

    @Test func aDriverThatKnowsLinkStatesIsHeld() throws {
        let fixture = try fixture(.accepting)
        try fixture.attach(
            .vf(
                0, for: "a",
                VFSettings(linkState: .enabled, toleratesUnsupportedLinkState: true)))
        #expect(fixture.host.kernel.vfs[vf]?.info.linkState == .enabled)
        #expect(fixture.warnings == [])
    }

    // MARK: Reset

    @Test func theVFIsResetWhenItIsGivenBackIfAskedFor() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(.vf(0, for: "a", VFSettings(resetsOnRelease: true)))
        #expect(fixture.host.kernel.resets == [])
        try release(fixture)
        #expect(fixture.host.kernel.resets == [vf])
        #expect(fixture.host.kernel.pristinePart == before)
        try fixture.attach(.vf(0, for: "b"))
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("b")))
        #expect(fixture.host.kernel.resets == [vf])
    }

    @Test func anInterfaceThatWasUpIsUpAgainAfterTheReset() throws {
        let fixture = try fixture()
        let index = try link(fixture).index
        fixture.host.withKernel { kernel in
            kernel.interfaces[index]?.link.flags = 1
            kernel.vfs[vf]?.hasBeenUp = true
            if let mac = kernel.interfaces[index]?.link.macAddress {
                kernel.vfs[vf]?.info.macAddress = mac
            }
        }
        let before = fixture.host.kernel
        try fixture.attach(.vf(0, for: "a", VFSettings(resetsOnRelease: true)))
        try release(fixture)
        #expect(fixture.host.kernel.vfs == before.vfs)
        #expect(fixture.host.kernel.interfaces == before.interfaces)
    }

    @Test func aVFThatCannotBeResetIsNotGivenToWhoAsksForThat() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.resettable = [] }
        let refusal = error {
            try fixture.attach(.vf(0, for: "a", VFSettings(resetsOnRelease: true)))
        }
        #expect(refusal?.message == "VF 0000:01:10.0 cannot be reset by itself")
        #expect(refusal?.code == .unsupported)
    }

    @Test func aResetThatFailsKeepsNothingFromBeingRestored() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.attach(.vf(0, for: "a", .full))
        fixture.host.withKernel { $0.resettable = [] }
        try release(fixture)
        var after = fixture.host.kernel.pristinePart
        after.resettable = before.resettable
        #expect(after == before)
        #expect(try fixture.store().attachments() == [])
        #expect(
            fixture.warnings == [
                "reset of 0000:01:10.0: no such file or directory (ENOENT), proceeding anyway"
            ])
    }

    @Test func withoutRecordModesEndAndTheResetIsDone() throws {
        let fixture = try fixture()
        try fixture.attach(.vf(0, for: "a", .full))
        let record = try #require(try fixture.store().attachment(of: vf))
        try fixture.store().remove(record)
        _ = try fixture.context().attachments.detach(
            DetachRequest(
                owner: .cni("a"), virtualFunction: vf, namespacePath: "/run/netns/a",
                settings: .full))
        let home = try link(fixture)
        #expect(home.name == "pf0v0")
        #expect(!home.isPromiscuous && !home.receivesAllMulticast)
        #expect(fixture.host.kernel.resets == [vf])
    }

    // MARK: Records

    @Test func settingsOfAnOlderRecordAreRead() throws {
        let settings = try VFSettings(JSONObject(["mtu": .integer(9000), "trust": .bool(true)]))
        #expect(settings == VFSettings(trust: true, mtu: 9000))
    }
}
