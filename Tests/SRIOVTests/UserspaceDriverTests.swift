import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// VFs that have no interface because a driver of user space has them.
@Suite struct UserspaceDriverTests {
    private let address = SimulatedHost.vfAddress(0)

    /// A container `a` that has got the first VF.
    private func fixture(_ driver: String = "vfio-pci") throws -> EngineFixture {
        let host = SimulatedHost.withVFs(2)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        bind(driver, in: host)
        let fixture = try EngineFixture(host)
        try fixture.attach(.vf(0, for: "a", .fullThroughPF))
        return fixture
    }

    /// Binds another driver that makes no interface.
    private func bind(_ driver: String, in host: SimulatedHost) {
        host.withKernel { kernel in
            kernel.vfs[address]?.function.driver = driver
            if let index = kernel.vfs[address]?.linkIndex { kernel.interfaces[index] = nil }
            kernel.vfs[address]?.linkIndex = nil
        }
    }

    private func isRefused(_ fixture: EngineFixture) -> Bool {
        do {
            try fixture.attach(.vf(0, for: "b"))
            return false
        } catch {
            return (error as? ManagerError)?.code == .inUse
        }
    }

    @Test(arguments: ["vfio-pci", "uio_pci_generic", "igb_uio"])
    func settingsAreMadeThroughThePFAndTakenBack(driver: String) throws {
        let fixture = try fixture(driver)
        #expect(fixture.host.kernel.vfs[address]?.info.vlan.identifier == 100)
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .cni("a")))
        #expect(fixture.host.kernel.vfs[address]?.info.vlan == VLANTag.none)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aContainerWithoutItsPathKeepsTheVFWhileAProcessLivesInIt() throws {
        let fixture = try fixture()
        fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        #expect(try fixture.context().attachments.recover().entries.isEmpty)
        #expect(isRefused(fixture))
        #expect(fixture.host.kernel.vfs[address]?.info.vlan.identifier == 100)
    }

    @Test func theVFOfAVanishedContainerIsFreed() throws {
        let fixture = try fixture()
        fixture.host.deleteNamespace("/run/netns/a")
        #expect(try fixture.context().attachments.recover().entries.map(\.result) == [.broughtBack])
        #expect(fixture.host.kernel.vfs[address]?.info.vlan == VLANTag.none)
    }

    @Test func checkTellsThatAnotherDriverIsBound() throws {
        let fixture = try fixture()
        fixture.host.withKernel { $0.vfs[address]?.function.driver = "igbvf" }
        #expect(
            try fixture.context().attachments.check(.cni("a")).findings.map(\.description) == [
                "VF 0000:01:10.0 is bound to igbvf, was to vfio-pci"
            ])
    }
}
