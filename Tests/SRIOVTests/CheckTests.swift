import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What `check` tells of VFs and PFs, moved by us or by a runtime, in every phase.
@Suite struct CheckTests {
    /// What is given away, and by whom it is moved.
    enum Subject: CaseIterable, Sendable {
        /// A VF that we move.
        case moved
        /// A VF, and a PF as a whole, that a runtime moves.
        case handedOver, whole

        var address: PCIAddress {
            self == .whole ? SimulatedHost.pfAddress() : SimulatedHost.vfAddress(0)
        }

        var owner: AttachmentOwner { self == .moved ? .cni("a") : .docker("e") }
    }

    private static let path = "/run/netns/a"

    private static func settings(_ subject: Subject) -> VFSettings {
        var settings = VFSettings(mtu: 1400)
        if subject != .whole {
            settings.macAddress = MACAddress("02:11:22:33:44:55")
            settings.vlan = VLANTag(identifier: 100)
        }
        return settings
    }

    private func fixture() throws -> EngineFixture {
        let fixture = try EngineFixture(.withVFs(2))
        fixture.makeContainer(Self.path)
        fixture.host.withKernel { $0.vfs[SimulatedHost.vfAddress(0)]?.hasBeenUp = true }
        return fixture
    }

    private func attached(_ subject: Subject) throws -> EngineFixture {
        let fixture = try fixture()
        let settings = Self.settings(subject)
        if subject == .moved {
            try fixture.attach(.vf(0, for: "a", settings))
        } else {
            try fixture.start("e", in: Self.path, pf: subject.address, settings)
        }
        return fixture
    }

    private func differences(_ fixture: EngineFixture, _ subject: Subject) throws -> [String] {
        let before = fixture.host.kernel
        let records = try fixture.store().attachments()
        let report = try fixture.context().attachments.check(subject.owner)
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments() == records)
        return report.findings.map(\.description)
    }

    /// Changes the interface of the subject, wherever it is.
    private func change(
        _ fixture: EngineFixture, _ subject: Subject,
        _ change: (inout SimulatedKernel.Interface) -> Void
    ) {
        fixture.host.withKernel { kernel in
            let index =
                kernel.vfs[subject.address]?.linkIndex ?? kernel.pfs[subject.address]?.linkIndex
            if let index, var interface = kernel.interfaces[index] {
                change(&interface)
                kernel.interfaces[index] = interface
            }
        }
    }

    @Test(arguments: Subject.allCases)
    func whatIsAttachedAndAsItWasAskedForHasNoDifference(subject: Subject) throws {
        let fixture = try attached(subject)
        #expect(try differences(fixture, subject) == [])
        let report = try fixture.context().attachments.check(subject.owner)
        #expect(report.link?.name == (subject == .moved ? "net1" : "eth0"))
        #expect((report.info == nil) == (subject == .whole))
    }

    @Test(arguments: Subject.allCases)
    func theNameIsComparedOnlyWhereItIsOurs(subject: Subject) throws {
        let fixture = try attached(subject)
        change(fixture, subject) { $0.link.name = "other" }
        #expect(
            try differences(fixture, subject)
                == (subject == .moved ? ["the interface is named other, not net1"] : []))
    }

    @Test(arguments: Subject.allCases)
    func whatTheContainerChangedIsTold(subject: Subject) throws {
        let fixture = try attached(subject)
        change(fixture, subject) {
            $0.link.flags = 0
            $0.link.mtu = 1300
        }
        let name = subject == .moved ? "net1" : "eth0"
        #expect(
            try differences(fixture, subject) == [
                "interface \(name) is down", "MTU of \(name) is 1300, asked for was 1400",
            ])
    }

    @Test(arguments: Subject.allCases)
    func anInterfaceThatIsNotThereIsTold(subject: Subject) throws {
        let fixture = try attached(subject)
        change(fixture, subject) { $0.namespace = 0 }
        #expect(
            try differences(fixture, subject)
                == ["the \(subject == .whole ? "PF" : "VF") has no interface in \(Self.path)"]
        )
        fixture.host.deleteNamespace(Self.path)
        #expect(
            try differences(fixture, subject)
                == ["the network namespace \(Self.path) is gone, or another one is there"])
    }

    @Test(arguments: Subject.allCases)
    func aFunctionThatIsGoneIsTold(subject: Subject) throws {
        let fixture = try attached(subject)
        fixture.host.withKernel { $0.unplug(SimulatedHost.pfAddress()) }
        let word = subject == .whole ? "PF" : "VF"
        #expect(try differences(fixture, subject) == ["\(word) \(subject.address) is gone"])
    }

    @Test(arguments: [AttachmentPhase.preparing, .detaching, .restoring], Subject.allCases)
    func workThatWasNotFinishedIsADifference(phase: AttachmentPhase, subject: Subject) throws {
        let fixture = try attached(subject)
        try fixture.changeRecord { $0.phase = phase }
        #expect(
            try differences(fixture, subject)
                == ["the record is in phase \(phase.rawValue)"])
    }

    @Test(arguments: [Subject.handedOver, .whole])
    func whatWaitsForItsRuntimeHasNoDifferenceUntilItHasTakenTooLong(subject: Subject) throws {
        let fixture = try fixture()
        let reservation = try fixture.reserve(
            "e", .address(subject.address), Self.settings(subject))
        #expect(try differences(fixture, subject) == [])
        fixture.pass(seconds: 400)
        #expect(
            try differences(fixture, subject) == ["reserved, and never joined in 400 s"])

        let joined = try fixture.context().handovers.join(.docker("e"), sandbox: Self.path)
        #expect(try differences(fixture, subject) == [])
        change(fixture, subject) { $0.link.mtu = 1300 }
        #expect(
            try differences(fixture, subject) == [
                "MTU of \(reservation.link.name) is 1300, asked for was 1400"
            ])
        change(fixture, subject) { $0.link.mtu = 1400 }
        try fixture.runtimeMoves(joined, to: Self.path)
        #expect(try differences(fixture, subject) == [])

        _ = try fixture.context().handovers.confirm(.docker("e"))
        try fixture.context().handovers.leave(.docker("e"))
        #expect(try differences(fixture, subject) == [])
        try fixture.runtimeMovesBack(
            subject.address, from: Self.path, as: reservation.link.name)
        #expect(try differences(fixture, subject) == [])
        fixture.pass(seconds: 100)
        #expect(
            try differences(fixture, subject) == ["leaving, and its end never came in 100 s"])
    }

    @Test func trustThatIsLentIsNoDifference() throws {
        let fixture = try fixture()
        _ = try fixture.reserve(
            "e", .address(SimulatedHost.vfAddress(0)), Self.settings(.handedOver))
        try #require(try fixture.record?.handover?.isTemporarilyTrusted == true)
        #expect(try differences(fixture, .handedOver) == [])
        fixture.host.withKernel {
            $0.vfs[SimulatedHost.vfAddress(0)]?.info.vlans = []
        }
        #expect(try differences(fixture, .handedOver) == ["VLAN is none, asked for was 100"])
    }
}
