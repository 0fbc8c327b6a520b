import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Testing

/// VFs for runtimes that move them by themselves: reserve, join, confirmHandover, leave, and the end.
@Suite struct ReserveTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let path = "/run/docker/netns/a"

    private func fixture(
        _ driver: SimulatedDriver = .igb, vfs: Int = 2, wasUp: Bool = false
    ) throws -> EngineFixture {
        let host = SimulatedHost.withVFs(vfs, driver: driver)
        let fixture = try EngineFixture(host)
        fixture.makeContainer(Self.path)
        host.withKernel { kernel in
            for address in kernel.vfs.keys { kernel.vfs[address]?.hasBeenUp = wasUp }
        }
        return fixture
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    private static let settings = VFSettings(
        macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag(identifier: 100),
        maximumRate: 200, spoofCheck: false, mtu: 1400)

    @Test(arguments: [SimulatedDriver.igb, .accepting], [false, true])
    func aContainersLifeLeavesTheVFAsItWas(driver: SimulatedDriver, wasUp: Bool) throws {
        let fixture = try fixture(driver, wasUp: wasUp)
        let before = fixture.host.kernel.pristinePart
        for round in 1...3 {
            var settings = Self.settings
            settings.macAddress = MACAddress("02:11:22:33:44:5\(round)")
            let reservation = try fixture.reserve("e\(round)", .address(Self.vf), settings)
            #expect(reservation.link.name == "pf0v0")
            #expect(reservation.link.macAddress == settings.macAddress)
            #expect(reservation.link.mtu == 1400)
            #expect(try fixture.record?.phase == .reserved)
            #expect(try fixture.record?.namespace == nil)
            #expect(fixture.host.kernel.vfs[Self.vf]?.info.vlan.identifier == 100)

            let joined = try fixture.context().handovers.join(
                .docker("e\(round)"), sandbox: Self.path)
            #expect(joined.link.name == "pf0v0")
            #expect(try fixture.record?.phase == .joined)
            try fixture.runtimeMoves(joined, to: Self.path)

            let confirmed = try fixture.context().handovers.confirm(.docker("e\(round)"))
            #expect(confirmed?.phase == .attached)
            #expect(confirmed?.namespace?.path == Self.path)
            #expect(confirmed?.namespace?.identity != nil)
            #expect(confirmed?.handover?.isTemporarilyTrusted == false)
            let info = fixture.host.kernel.vfs[Self.vf]?.info
            #expect(info?.trust == false)
            #expect(info?.macAddress == settings.macAddress)
            #expect(info?.spoofCheck == false)

            try fixture.context().handovers.leave(.docker("e\(round)"))
            #expect(try fixture.record?.phase == .leaving)
            try fixture.runtimeMovesBack(Self.vf, from: Self.path, as: "pf0v0")
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e\(round)")))
            #expect(fixture.host.kernel.pristinePart == before)
            #expect(try fixture.store().attachments().isEmpty)
        }
    }

    @Test func trustIsLentWhereTheDriverWouldRefuseTheMACAndTakenBack() throws {
        let fixture = try fixture(wasUp: true)
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        #expect(try fixture.record?.handover?.isTemporarilyTrusted == true)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        try fixture.runtimeMoves(joined, to: Self.path)
        _ = try fixture.context().handovers.confirm(.docker("e"))
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == false)
    }

    /// A container that keeps its interface down is never seen as having joined.
    @Test func temporaryTrustEndsWithTheTimeForJoiningWhateverTheLinkDoes() throws {
        let fixture = try fixture(wasUp: true)
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        try fixture.runtimeMoves(joined, to: Self.path)
        fixture.host.withKernel { kernel in
            if let number = kernel.paths[Self.path] { kernel.populated.insert(number) }
            kernel.change(Self.vf) { $0.link.flags &= ~1 }
            // A MAC that the VF has given itself by the trust.
            if let mac = MACAddress("02:66:66:66:66:66") {
                kernel.vfs[Self.vf]?.info.macAddress = mac
            }
        }
        _ = try fixture.context().attachments.recover()
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)

        fixture.pass(seconds: 121)
        _ = try fixture.context().attachments.recover()
        let info = fixture.host.kernel.vfs[Self.vf]?.info
        #expect(info?.trust == false)
        #expect(info?.macAddress == Self.settings.macAddress)
        #expect(try fixture.record?.handover?.isTemporarilyTrusted == false)
        #expect(try fixture.record?.phase == .joined)
    }

    @Test func temporaryTrustIsTakenBackWhereTheDriverReportedNone() throws {
        let fixture = try fixture(wasUp: true)
        fixture.host.withKernel { $0.vfs[Self.vf]?.info.trust = nil }
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == false)
    }

    /// Trust is written down for every VF that is reserved, whether the driver knows it or not.
    @Test func aDriverThatKnowsNoTrustHasNoneTakenBack() throws {
        let fixture = try fixture()
        fixture.host.withKernel {
            $0.vfs[Self.vf]?.info.trust = nil
            $0.unsupported = ["trust"]
        }
        let before = fixture.host.kernel.pristinePart
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.warnings == [])
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)

        var settings = Self.settings
        settings.linkState = .enabled
        let refusal = error { _ = try fixture.reserve("e", .address(Self.vf), settings) }
        #expect(refusal?.description.contains("set link state of VF 0 of pf0") == true)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func trustThatWasAskedForStays() throws {
        let fixture = try fixture(wasUp: true)
        var settings = Self.settings
        settings.trust = true
        try fixture.start("e", in: Self.path, settings)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        try fixture.context().handovers.leave(.docker("e"))
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == false)
    }

    @Test func nothingIsLentToAVFThatKeepsItsOwnMAC() throws {
        let fixture = try fixture(wasUp: true)
        let reservation = try fixture.reserve("e")
        #expect(reservation.link.macAddress == MACAddress("02:00:01:00:00:00"))
        #expect(reservation.attachment.handover?.isTemporarilyTrusted == false)
    }

    @Test(arguments: [("eth0", "vf000001100"), ("pf0v0", "pf0v0"), ("net17", "vf000001100")])
    func aNameThatAContainersOtherInterfaceMayHaveIsNotTakenThere(
        name: KernelText, source: KernelText
    ) throws {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.renameInterface(of: Self.vf, to: name)
            kernel.change(Self.vf) { $0.link.flags |= 1 }
            _ = kernel.addInterface(named: "eth0", mac: [2, 9, 9, 9, 9, 9], in: 1)
        }
        let before = fixture.host.kernel.pristinePart
        let reservation = try fixture.reserve("e", .address(Self.vf), Self.settings)
        #expect(reservation.link.name == source)
        #expect(
            try fixture.context().handovers.join(.docker("e"), sandbox: Self.path).link.name
                == source)
        let hostNamespace = try fixture.host.hostNamespace()
        let container = try fixture.host.openNamespace(Self.path)
        try fixture.host.move(
            reservation.link, from: hostNamespace, to: container, as: source, index: nil)
        try fixture.context().handovers.leave(.docker("e"))
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func confirmHandoverBeforeTheMoveChangesNothing() throws {
        let fixture = try fixture(wasUp: true)
        _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
        _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        #expect(try fixture.context().handovers.confirm(.docker("e"))?.phase == .joined)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        #expect(try fixture.context().handovers.confirm(.docker("other")) == nil)
    }

    @Test func aSecondEndpointIsToldWhoHasTheVF() throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e1")
        #expect(
            error { _ = try fixture.reserve("e2") }?.message
                == "VF 0000:01:10.0 is reserved to docker n1 e1 in the host")
    }

    @Test func endpointsOfOnePFGetVFsOfTheirOwnUntilNoneIsLeft() throws {
        let fixture = try fixture()
        let anyVF = VFSelection.anyOf(physicalFunction: SimulatedHost.pfAddress())
        #expect(try fixture.reserve("e1", anyVF).attachment.function == Self.vf)
        #expect(
            try fixture.reserve("e2", anyVF).attachment.function
                == SimulatedHost.vfAddress(1))
        let refusal = error { _ = try fixture.reserve("e3", anyVF) }
        #expect(refusal?.code == .noneFree)
        #expect(refusal?.message == "pf0 has no free VF among its 2")
    }

    @Test func aVFWithoutInterfaceIsRefused() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.bind(Self.vf, to: "vfio-pci") }
        let before = fixture.host.kernel
        #expect(
            error { _ = try fixture.reserve("e") }?.message
                == "VF 0000:01:10.0 has no interface under vfio-pci, so there is none to move")
        #expect(fixture.host.kernel == before)
    }

    @Test func joinOfAnUnknownOrEndedEndpointFails() throws {
        let fixture = try fixture()
        let refusal = error {
            _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        }
        #expect(refusal?.code == .notFound)
        #expect(refusal?.message == "there is no record of docker n1 e")
    }

    @Test func joinOfAVFThatHasGoneSaysSo() throws {
        let fixture = try fixture()
        _ = try fixture.reserve("e")
        fixture.host.withKernel { $0.removeVFs(of: SimulatedHost.pfAddress()) }
        #expect(
            error { _ = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path) }?
                .message
                == "VF 0000:01:10.0 is gone")
    }

    @Test func leaveAndEndMayBeRepeatedAndComeUncalledFor() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.context().handovers.leave(.docker("e"))
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        try fixture.start("e", in: Self.path, Self.settings)
        for _ in 1...2 { try fixture.context().handovers.leave(.docker("e")) }
        for _ in 1...2 {
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        }
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func theEndTakesTheVFOutOfAContainerThatTheRuntimeLeftItIn() throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        try fixture.start("e", in: Self.path, Self.settings)
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting])
    func reserveThatFailsOrDiesAtAnyStepLeavesNothing(driver: SimulatedDriver) throws {
        for fault in [SimulatedFault.fail(at:), SimulatedFault.die(at:)] {
            var step = 1
            while true {
                let fixture = try fixture(driver, wasUp: true)
                let before = fixture.host.kernel.pristinePart
                fixture.host.arm(fault(step))
                let reservation = try? fixture.reserve("e", .address(Self.vf), Self.settings)
                guard fixture.host.faultWasReached else { break }
                fixture.host.arm(.none)
                if reservation != nil {
                    _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
                } else {
                    _ = try fixture.context().attachments.recover()
                }
                #expect(fixture.host.kernel.pristinePart == before, "step \(step)")
                #expect(try fixture.store().attachments().isEmpty, "step \(step)")
                step += 1
            }
            #expect(step > 20)
        }
    }

    @Test func confirmHandoverThatFailsAtAnyStepIsFinishedByTheNext() throws {
        var step = 1
        while true {
            let fixture = try fixture(wasUp: true)
            _ = try fixture.reserve("e", .address(Self.vf), Self.settings)
            let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
            try fixture.runtimeMoves(joined, to: Self.path)
            fixture.host.arm(.die(at: step))
            _ = try? fixture.context().handovers.confirm(.docker("e"))
            guard fixture.host.faultWasReached else { break }
            fixture.host.arm(.none)
            _ = try fixture.context().attachments.recover()
            #expect(try fixture.record?.phase == .attached, "step \(step)")
            #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == false, "step \(step)")
            step += 1
        }
        #expect(step > 5)
    }
}
