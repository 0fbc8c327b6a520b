import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// A PF that goes into a container as a whole.
@Suite struct PassthroughTests {
    private static let pf = SimulatedHost.pfAddress()
    private static let path = "/run/docker/netns/a"

    private func fixture(vfs: Int) throws -> EngineFixture {
        let fixture = try EngineFixture(SimulatedHost.withVFs(vfs))
        fixture.makeContainer(Self.path)
        return fixture
    }

    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [0, 2])
    func thePFGoesInAndComesBack(vfs: Int) throws {
        let fixture = try fixture(vfs: vfs)
        let before = fixture.host.kernel.pristinePart
        let reservation = try fixture.reserve("e", .address(Self.pf), VFSettings(mtu: 1400))
        #expect(reservation.link.name == "vf000001000")
        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        try fixture.runtimeMoves(joined, to: Self.path)
        #expect(try fixture.context().handovers.confirm(.docker("e"))?.phase == .attached)
        try fixture.context().handovers.leave(.docker("e"))
        try fixture.runtimeMovesBack(Self.pf, from: Self.path, as: "pf0")
        _ = try fixture.context().attachments.detach(DetachRequest(owner: .docker("e")))
        #expect(fixture.host.kernel.pristinePart == before)
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aPFWhoseVFIsInUseIsRefused() throws {
        let fixture = try fixture(vfs: 2)
        try fixture.start("vf", in: Self.path)
        #expect(
            message { _ = try fixture.reserve("e", .address(Self.pf)) }
                == "pf0 cannot be given away as a whole: VF 0000:01:10.0 is attached to docker n1 vf"
        )
    }

    @Test(arguments: [VFSettings(), VFSettings(trust: true)])
    func theVFsOfAPFThatIsGivenAwayAreRefused(settings: VFSettings) throws {
        let fixture = try fixture(vfs: 2)
        try fixture.start("whole", in: Self.path, pf: Self.pf)
        let before = fixture.host.kernel
        fixture.host.makeNamespace("/run/netns/c")
        let afterwards = fixture.host.kernel
        #expect(
            message { try fixture.attach(.vf(0, for: "c", settings)) }
                == "PF 0000:01:00.0 is attached to docker n1 whole in \(Self.path)")
        #expect(fixture.host.kernel == afterwards)
        #expect(before.vfs == afterwards.vfs)
    }

    @Test func aPFThatTheHostLivesByIsRefused() throws {
        let fixture = try fixture(vfs: 0)
        fixture.host.withKernel { kernel in
            if let index = kernel.pfs[Self.pf]?.linkIndex { kernel.defaultRoutes = [index] }
        }
        #expect(
            message { _ = try fixture.reserve("e", .address(Self.pf)) }
                == "pf0 cannot be given away as a whole: PF 0000:01:00.0: pf0 carries the host's "
                + "default route")
    }

    @Test func settingsThatOnlyAPFCanMakeAreRefused() throws {
        let fixture = try fixture(vfs: 0)
        let before = fixture.host.kernel
        let refusal = message {
            _ = try fixture.reserve(
                "e", .address(Self.pf), VFSettings(vlan: VLANTag(identifier: 5)))
        }
        #expect(refusal?.contains("VLAN cannot be set") == true)
        #expect(fixture.host.kernel == before)
    }

    @Test func aPFThatCameHomeByItselfIsBroughtBack() throws {
        let fixture = try fixture(vfs: 0)
        let before = fixture.host.kernel.pristinePart
        try fixture.start("e", in: Self.path, pf: Self.pf)
        fixture.host.deleteNamespace(Self.path)
        #expect(try fixture.context().attachments.recover().entries.map(\.result) == [.broughtBack])
        var expected = before
        expected.paths[Self.path] = nil
        expected.populated = []
        #expect(fixture.host.kernel.pristinePart.interfaces == expected.interfaces)
    }
}
