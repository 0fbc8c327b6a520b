import Foundation
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// What keeps the way into a container from taking anything along, and the way home from leaving anything behind.
@Suite struct WayHomeTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let path = "/run/netns/a"

    private func fixture(
        _ driver: SimulatedDriver = .igb, _ change: (inout SimulatedKernel) -> Void = { _ in }
    ) throws -> (EngineFixture, before: SimulatedKernel) {
        let host = SimulatedHost.withVFs(2, driver: driver)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        var kernel = host.kernel
        change(&kernel)
        host.withKernel { [kernel] in $0 = kernel }
        return (try EngineFixture(host), kernel)
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    private func expectPristine(_ fixture: EngineFixture, _ before: SimulatedKernel) throws {
        #expect(try fixture.contradictions(since: before, isAllFinished: true) == [])
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
    }

    /// The interface of the first VF.
    private func interface(_ fixture: EngineFixture) -> SimulatedKernel.Interface? {
        fixture.host.kernel.interfaces.values.first { $0.virtualFunction == Self.vf }
    }

    /// A context that does not look through namespaces for longer than this.
    private func context(
        _ fixture: EngineFixture, search: Duration
    ) throws -> Context<SimulatedHost> {
        var timeouts = Timeouts()
        timeouts.lock = .milliseconds(50)
        timeouts.returnOfInterface = .milliseconds(50)
        timeouts.search = search
        return try Context(
            host: fixture.host, store: fixture.store(),
            locks: LockDirectory(path: fixture.directory + "/locks"), timeouts: timeouts,
            releaseFrontEnd: { _ in }, warn: { _ in })
    }

    // MARK: Into the container

    @Test func theAlternativeNamesOfTheHostDoNotGoAlong() throws {
        let (fixture, before) = try fixture { kernel in
            kernel.change(Self.vf) { $0.link.alternativeNames = ["enp1s0f0v0"] }
            kernel.addInterface(named: "enp1s0f0v0", mac: [2, 9, 9, 9, 9, 9], in: 1)
        }
        try fixture.attach(.vf(0, for: "a"))
        #expect(interface(fixture)?.namespace == 1)
        #expect(interface(fixture)?.link.alternativeNames == [])
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aSettingThatTheDriverForgetsEndsTheAttach() throws {
        let (fixture, before) = try fixture { $0.swallows = ["trust"] }
        let refusal = error { try fixture.attach(.vf(0, for: "a", VFSettings(trust: true))) }
        #expect(refusal?.code == .unsupported)
        #expect(
            refusal?.description.hasSuffix(
                "VF 0 of pf0 did not take its settings: trust is off, asked for was on") == true)
        try expectPristine(fixture, before)
    }

    @Test func onlyALinkStateMayBeUnsupported() throws {
        let (fixture, before) = try fixture(.accepting) { kernel in
            // A driver that does not report it either, so that reading it back proves nothing.
            kernel.unsupported = ["trust"]
            kernel.vfs[Self.vf]?.info.trust = nil
        }
        let settings = VFSettings(
            trust: true, linkState: .enabled, toleratesUnsupportedLinkState: true)
        #expect(error { try fixture.attach(.vf(0, for: "a", settings)) }?.code == .unsupported)
        try expectPristine(fixture, before)
    }

    @Test func aMACThatDoesNotStayInTheContainerEndsTheAttach() throws {
        let (fixture, before) = try fixture()
        fixture.host.before(everyStepFrom: 1) { kernel in
            kernel.change(Self.vf) {
                guard $0.namespace == 1 else { return }
                $0.link.macAddress = MACAddress("02:66:66:66:66:66")
            }
        }
        let settings = VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))
        #expect(error { try fixture.attach(.vf(0, for: "a", settings)) }?.code == .unsupported)
        fixture.host.arm(.none)
        try expectPristine(fixture, before)
    }

    @Test func anMTUThatDoesNotStayInTheContainerEndsTheAttach() throws {
        let (fixture, before) = try fixture()
        fixture.host.before(everyStepFrom: 1) { kernel in
            kernel.change(Self.vf) { if $0.namespace == 1 { $0.link.mtu = 68 } }
        }
        #expect(
            error { try fixture.attach(.vf(0, for: "a", VFSettings(mtu: 1400))) }?.code
                == .incomplete)
        fixture.host.arm(.none)
        try expectPristine(fixture, before)
    }

    @Test func aVFThatWasMovedOnWhileItsFrontEndWorkedIsNotAttached() throws {
        let (fixture, before) = try fixture()
        let refusal = error {
            try fixture.context().attachments.attach(.vf(0, for: "a")) { _ in
                fixture.host.withKernel { $0.moveInterface(of: Self.vf, to: "/run/netns/b") }
            }
        }
        #expect(refusal?.code == .incomplete)
        #expect(refusal?.message == "interface net1 was taken out of the container")
        try expectPristine(fixture, before)
    }

    // MARK: The way home

    @Test func anInterfaceOfTheHostThatHasTheIndexMeanwhileStays() throws {
        let (fixture, before) = try fixture()
        let index = try #require(interface(fixture)?.link.index)
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { kernel in
            let number = kernel.addInterface(named: "eth9", mac: [2, 9, 9, 9, 9, 9])
            kernel.interfaces[number]?.link.index = index
        }
        try fixture.detach(.vf(0, of: "a"))
        let other = fixture.host.kernel.interfaces.values.first { $0.link.name == "eth9" }
        #expect(other?.namespace == 0)
        #expect(other?.link.index == index)
        #expect(interface(fixture)?.namespace == 0)
        #expect(interface(fixture)?.link.index != index)
        try expectPristine(fixture, before)
    }

    @Test func alternativeNamesThatInterfacesOfTheHostHaveAreLeftBehind() throws {
        let (fixture, before) = try fixture { kernel in
            kernel.change(Self.vf) { $0.link.alternativeNames = ["enp1s0f0v0"] }
        }
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.withKernel { kernel in
            kernel.change(Self.vf) { $0.link.alternativeNames = ["pf0", "pf0v1", "inside"] }
        }
        try fixture.detach(.vf(0, of: "a"))
        #expect(interface(fixture)?.link.alternativeNames == ["enp1s0f0v0"])
        try expectPristine(fixture, before)
    }

    @Test func theAddressIsFreeOnlyOnceTheVFIsHome() throws {
        let (fixture, _) = try fixture()
        try fixture.attach(.vf(0, for: "a", .full))
        let namespaces = Mutex<[UInt64?]>([])
        let host = fixture.host
        let context = try Context(
            host: host, store: fixture.store(),
            locks: LockDirectory(path: fixture.directory + "/locks"),
            releaseFrontEnd: { _ in
                let present = host.kernel.vfs[Self.vf]?.linkIndex
                    .flatMap { host.kernel.interfaces[$0]?.namespace }
                namespaces.withLock { $0.append(present) }
            }, warn: { _ in })
        _ = try context.attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(namespaces.withLock { $0 } == [0])
    }

    @Test func theRecordedNamespaceNeedsNoSearch() throws {
        let (fixture, before) = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        _ = try context(fixture, search: .zero).attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(interface(fixture)?.namespace == 0)
        #expect(fixture.host.kernel.pristinePart.vfs == before.pristinePart.vfs)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aSearchThatIsCutShortIsToldAndTheRecordStays() throws {
        let (fixture, _) = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.deleteNamespace(Self.path, heldBy: "/proc/4711/ns/net")
        let refusal = error {
            _ = try context(fixture, search: .zero).attachments.detach(
                DetachRequest(owner: .cni("a")))
        }
        #expect(refusal?.code == .incomplete)
        #expect(
            refusal?.description.contains(
                "there are more network namespaces than can be searched for VF 0000:01:10.0 within "
                    + "0.0 seconds") == true)
        #expect(try fixture.store().attachments().map(\.phase) == [.detaching])
        #expect(interface(fixture)?.namespace == 1)
    }

    @Test func aVFThatTheKernelGivesBackIsTakenThoughTheSearchWasCutShort() throws {
        let (fixture, _) = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.deleteNamespace(Self.path)
        _ = try context(fixture, search: .zero).attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(interface(fixture)?.namespace == 0)
        #expect(interface(fixture)?.link.name == "pf0v0")
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aNamespaceThatOnlyADescriptorHoldsIsNotGone() throws {
        let (fixture, _) = try fixture()
        try fixture.attach(.vf(0, for: "a", .full))
        fixture.host.withKernel { $0.deleteNamespaceHeldByDescriptor(Self.path) }
        _ = try fixture.context().attachments.recover()
        #expect(try fixture.store().attachments().map(\.phase) == [.attached])
        #expect(fixture.leases.withLock { $0.count } == 1)
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
    }

    @Test func aCardThatIsUnpluggedAtAnyStepIsNoFailureOfADetach() throws {
        for step in 1... {
            let (fixture, _) = try fixture()
            try fixture.attach(.vf(0, for: "a", .full))
            fixture.host.before(step: step) { $0.unplug(SimulatedHost.pfAddress()) }
            #expect(error { try fixture.detach(.vf(0, of: "a")) } == nil, "step \(step)")
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
            guard fixture.host.faultWasReached else { break }
        }
    }

    // MARK: As it was

    @Test func aVFThatSomebodyHasSetUpAtHomeIsDownAgain() throws {
        let (fixture, before) = try fixture()
        try fixture.attach(.vf(0, for: "a"))
        fixture.host.deleteNamespace(Self.path)
        fixture.host.withKernel { kernel in
            kernel.settle()
            kernel.change(Self.vf) { $0.link.flags |= 1 }
        }
        try fixture.detach(.vf(0, of: "a"))
        #expect(interface(fixture)?.link.isUp == false)
        try expectPristine(fixture, before)
    }

    @Test func aMACIsGivenBackWithoutAPF() throws {
        let (fixture, before) = try fixture { kernel in
            kernel.vfs[Self.vf]?.function.physicalFunction = nil
            kernel.vfs[Self.vf]?.function.index = nil
        }
        let settings = VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))
        try fixture.attach(.vf(0, for: "a", settings))
        #expect(interface(fixture)?.link.macAddress == settings.macAddress)
        try fixture.detach(.vf(0, of: "a"))
        #expect(interface(fixture)?.link.macAddress == MACAddress("02:00:01:00:00:00"))
        try expectPristine(fixture, before)
    }

    @Test func aSettingThatTheDriverDoesNotTakeBackIsSeenAndTriedAgain() throws {
        let (fixture, before) = try fixture()
        try fixture.attach(.vf(0, for: "a", VFSettings(trust: true)))
        fixture.host.withKernel { $0.swallows = ["trust"] }
        let outcome = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(outcome.unrestored == ["VF 0000:01:10.0: trust is on, asked for was off"])
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring])
        fixture.host.withKernel { $0.swallows = [] }
        _ = try fixture.context().attachments.recover()
        try #expect(fixture.store().attachments().isEmpty)
        #expect(
            fixture.host.kernel.vfs[Self.vf]?.info.trust == before.vfs[Self.vf]?.info.trust)
    }

    @Test func settingsStayToBeRestoredWhileThePFIsOutOfSight() throws {
        let (fixture, before) = try fixture()
        try fixture.attach(.vf(0, for: "a", VFSettings(trust: true)))
        let number = try #require(
            fixture.host.kernel.pfs[SimulatedHost.pfAddress()]?.linkIndex)
        fixture.host.withKernel { $0.interfaces[number]?.namespace = 2 }
        let outcome = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(outcome.unrestored.count == 1)
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring])
        fixture.host.withKernel { $0.interfaces[number]?.namespace = 0 }
        _ = try fixture.context().attachments.recover()
        #expect(try fixture.store().attachments().isEmpty)
        #expect(
            fixture.host.kernel.vfs[Self.vf]?.info.trust == before.vfs[Self.vf]?.info.trust)
    }

    /// igb stops delivering frames to a VF whose own report is wiped.
    @Test func theMACThatAVFReportsByItselfIsNotWiped() throws {
        let (fixture, before) = try fixture()
        #expect(before.vfs[Self.vf]?.info.macAddress == .zero)
        try fixture.attach(.vf(0, for: "a"))
        let reported = MACAddress("02:00:01:00:00:00")
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.macAddress == reported)
        try fixture.detach(.vf(0, of: "a"))
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.macAddress == reported)
        try expectPristine(fixture, before)
    }

    @Test func aMACThatAnAdministratorHasGivenIsNoObstacleToAnother() throws {
        let administrativeMAC = MACAddress("02:77:77:77:77:77")
        let (fixture, _) = try fixture { kernel in
            kernel.vfs[Self.vf]?.hasAdministrativeMAC = true
            kernel.vfs[Self.vf]?.hasBeenUp = true
            kernel.vfs[Self.vf]?.info.macAddress = administrativeMAC ?? .zero
            kernel.change(Self.vf) { $0.link.macAddress = administrativeMAC }
        }
        let settings = VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))
        try fixture.attach(.vf(0, for: "a", settings))
        #expect(interface(fixture)?.link.macAddress == settings.macAddress)
        try fixture.detach(.vf(0, of: "a"))
        #expect(interface(fixture)?.link.macAddress == administrativeMAC)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.macAddress == administrativeMAC)
    }

    @Test func withoutARecordTheMACIsNoLongerAdministered() throws {
        let (fixture, _) = try fixture()
        let settings = VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))
        try fixture.attach(.vf(0, for: "a", settings))
        let record = try #require(try fixture.store().attachment(of: Self.vf))
        try fixture.store().remove(record)
        var request = DetachRequest.vf(0, of: "a")
        request.settings = settings
        try fixture.detach(request)
        #expect(interface(fixture)?.namespace == 0)
        #expect(fixture.host.kernel.vfs[Self.vf]?.hasAdministrativeMAC == false)
    }
}
