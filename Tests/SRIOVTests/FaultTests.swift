import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Whatever fails, and whenever the process dies: the VF is as it was, or its owner has it wholly.
@Suite struct FaultTests {
    /// Originals that are not the defaults, on a VF that has served others before.
    private func usedHost(_ driver: SimulatedDriver) -> SimulatedHost {
        let host = SimulatedHost.withVFs(3, driver: driver)
        host.makeNamespace("/run/netns/a")
        host.makeNamespace("/run/netns/b")
        host.withKernel { kernel in
            let address = SimulatedHost.vfAddress(1)
            kernel.vfs[address]?.info.vlans = [VLANTag(identifier: 7, qualityOfService: 1)]
            kernel.vfs[address]?.info.trust = true
            kernel.vfs[address]?.hasBeenUp = true
            if let index = kernel.vfs[address]?.linkIndex {
                kernel.interfaces[index]?.link.mtu = 1300
                kernel.interfaces[index]?.link.alternativeNames = ["enp1s0f0v1"]
                kernel.interfaces[index]?.link.alias = "spare"
                kernel.interfaces[index]?.link.flags = 1
                // A VF that is up has told igb its MAC.
                if driver == .igb, let mac = kernel.interfaces[index]?.link.macAddress {
                    kernel.vfs[address]?.info.macAddress = mac
                }
            }
        }
        return host
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [0, 1])
    func attachThatFailsAtAnyStepLeavesNothing(driver: SimulatedDriver, vf: Int) throws {
        var step = 1
        while true {
            let host = usedHost(driver)
            let fixture = try EngineFixture(host)
            let before = host.kernel.pristinePart
            host.arm(.fail(at: step))
            var failed = false
            do {
                try fixture.attach(.vf(vf, for: "a", .full))
            } catch {
                failed = true
            }
            guard host.faultWasReached else { break }
            host.arm(.none)
            if failed {
                // The one failure may have hit the way back's last act, the record; nothing else.
                if try fixture.store().attachments().isEmpty == false {
                    _ = try fixture.context().attachments.recover()
                }
                #expect(host.kernel.pristinePart == before, "step \(step)")
                #expect(try fixture.store().attachments().isEmpty, "step \(step)")
                #expect(fixture.leases.withLock { $0.isEmpty }, "step \(step)")
            } else {
                _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
                #expect(host.kernel.pristinePart == before, "step \(step)")
            }
            step += 1
        }
        #expect(step > 20)
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [0, 1])
    func deathDuringAttachIsUndoneByRecover(driver: SimulatedDriver, vf: Int) throws {
        try attachAndDie(driver, vf) { fixture in
            let report = try fixture.context().attachments.recover()
            #expect(report.isComplete)
        }
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [0, 1])
    func deathDuringAttachIsUndoneByTheNextAttach(driver: SimulatedDriver, vf: Int) throws {
        try attachAndDie(driver, vf) { fixture in
            try fixture.attach(.vf(vf, for: "b", VFSettings()))
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("b")))
        }
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [0, 1])
    func deathDuringAttachIsUndoneByItsDetach(driver: SimulatedDriver, vf: Int) throws {
        try attachAndDie(driver, vf) { fixture in
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        }
    }

    @Test func anInterfaceThatIsRenamedInTheContainerAtAnyStepIsUpThere() throws {
        for step in 1... {
            let host = usedHost(.igb)
            let fixture = try EngineFixture(host)
            host.before(step: step) { kernel in
                kernel.change(SimulatedHost.vfAddress(0)) {
                    if $0.namespace != 0 { $0.link.name = "lan0" }
                }
            }
            try fixture.attach(.vf(0, for: "a", .full))
            guard host.faultWasReached else { break }
            let interface = host.kernel.interfaces.values.first {
                $0.virtualFunction == SimulatedHost.vfAddress(0)
            }
            #expect(interface?.namespace != 0, "step \(step)")
            #expect(interface?.link.isUp == true, "step \(step)")
            #expect(interface?.link.mtu == VFSettings.full.mtu, "step \(step)")
        }
    }

    /// Dies before every step of an attach in turn, lets somebody else go on, and compares.
    private func attachAndDie(
        _ driver: SimulatedDriver, _ vf: Int, then goOn: (EngineFixture) throws -> Void
    ) throws {
        var step = 1
        while true {
            let host = usedHost(driver)
            let fixture = try EngineFixture(host)
            let before = host.kernel.pristinePart
            host.arm(.die(at: step))
            let died = (try? fixture.attach(.vf(vf, for: "a", .full))) == nil
            guard host.faultWasReached else { break }
            host.arm(.none)
            #expect(died)
            try goOn(fixture)
            #expect(host.kernel.pristinePart == before, "step \(step)")
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
            #expect(fixture.leases.withLock { $0.isEmpty }, "step \(step)")
            step += 1
        }
        #expect(step > 20)
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting], [false, true])
    func detachThatDiesAtAnyStepIsFinishedByTheNext(
        driver: SimulatedDriver, isContainerGone: Bool
    ) throws {
        var step = 1
        while true {
            let host = usedHost(driver)
            let fixture = try EngineFixture(host)
            let before = host.kernel.pristinePart
            try fixture.attach(.vf(1, for: "a", .full))
            if isContainerGone { host.deleteNamespace("/run/netns/a") }
            host.arm(.die(at: step))
            _ = try? fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
            guard host.faultWasReached else { break }
            host.arm(.none)
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
            var expected = before
            if isContainerGone { expected.paths["/run/netns/a"] = nil }
            #expect(host.kernel.pristinePart == expected, "step \(step)")
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
            #expect(fixture.leases.withLock { $0.isEmpty }, "step \(step)")
            step += 1
        }
        #expect(step > 15)
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting])
    func detachThatFailsAtAnyStepIsFinishedByTheNext(driver: SimulatedDriver) throws {
        var step = 1
        while true {
            let host = usedHost(driver)
            let fixture = try EngineFixture(host)
            let before = host.kernel.pristinePart
            try fixture.attach(.vf(1, for: "a", .full))
            host.arm(.fail(at: step))
            _ = try? fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
            guard host.faultWasReached else { break }
            host.arm(.none)
            _ = try fixture.context().attachments.recover()
            _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
            #expect(host.kernel.pristinePart == before, "step \(step)")
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
            step += 1
        }
        #expect(step > 15)
    }
}
