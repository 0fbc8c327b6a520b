import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Who has a VF, and what follows from it for those who ask.
@Suite struct OccupancyTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let pf = SimulatedHost.pfAddress()
    private static let path = "/run/netns/a"

    private static let claim = ForeignClaim(
        program: "sriov-cni", path: "/var/lib/cni/sriov/c-net1", virtualFunction: vf,
        namespacePath: path, savedState: nil, problem: "none")

    /// What follows from an occupancy, in the order: claimable, claimable for a program, use in a pool, use in a pool
    /// for programs, obstacle.
    struct Answers: Equatable {
        var claimable: Bool
        var claimableAsUserspace: Bool
        var use: VFUse?
        var useAsUserspace: VFUse?
        var obstacle: String?

        init(
            _ claimable: Bool, _ claimableAsUserspace: Bool, _ use: VFUse?,
            _ useAsUserspace: VFUse?, _ obstacle: String?
        ) {
            self.claimable = claimable
            self.claimableAsUserspace = claimableAsUserspace
            self.use = use
            self.useAsUserspace = useAsUserspace
            self.obstacle = obstacle
        }

        init(of occupancy: Occupancy) {
            self.init(
                occupancy.isClaimable(asUserspace: false),
                occupancy.isClaimable(asUserspace: true), occupancy.use(asUserspace: false),
                occupancy.use(asUserspace: true),
                occupancy.obstacle(to: .function(SimulatedHost.vfAddress(0)))?.description)
        }
    }

    @Test(arguments: [
        (Occupancy.free, Answers(true, true, .free, .free, nil)),
        (.userspace(driver: "vfio-pci"), Answers(false, true, .unusable, .free, nil)),
        (.driverless, Answers(false, false, .unusable, .unusable, nil)),
        (.withoutInterface(isProved: true), Answers(false, false, .unusable, .unusable, nil)),
        (
            .withoutInterface(isProved: false),
            Answers(
                false, false, .unusable, .unusable,
                "function 0000:01:10.0 has no interface in the host, and not all network namespaces could be "
                    + "searched for it")
        ),
        (
            .claimed(claim),
            Answers(
                false, false, .taken, .taken,
                "function 0000:01:10.0 is in use: sriov-cni holds it for a container in /run/netns/a"
            )
        ),
        (.abandoned(claim, isUserspace: false), Answers(true, true, .free, .free, nil)),
        (.abandoned(claim, isUserspace: true), Answers(false, true, .unusable, .free, nil)),
        (
            .elsewhere(path: path),
            Answers(
                false, false, .taken, .taken,
                "function 0000:01:10.0 is in another network namespace with no record")
        ),
        (
            .usedByHost(.member("pf0v0", kind: "bridge")),
            Answers(
                false, false, .unusable, .unusable,
                "function 0000:01:10.0: pf0v0 is a member of a bridge")
        ),
        (
            .usedByHost(.defaultRoute("pf0v0")),
            Answers(
                false, false, .unusable, .unusable,
                "function 0000:01:10.0: pf0v0 carries the host's default route")
        ),
        (
            .open(in: ["qemu (1)", "qemu (2)"]),
            Answers(
                false, false, .taken, .taken, "function 0000:01:10.0 is open in qemu (1), qemu (2)")
        ),
        (
            .unknown,
            Answers(
                false, false, nil, nil,
                "function 0000:01:10.0 may have a record, which cannot be read")
        ),
    ])
    func fromWhoHasAVFFollowsWhatMayBeDone(occupancy: Occupancy, answers: Answers) {
        #expect(Answers(of: occupancy) == answers)
        #expect(occupancy.attachment == nil)
        #expect(occupancy.staleness == nil)
    }

    @Test func aRecordForbidsAChangeEvenIfItIsStale() throws {
        let fixture = try EngineFixture(SimulatedHost.withVFs(1))
        fixture.makeContainer(Self.path)
        try fixture.attach(.vf(0, for: "a"))
        let record = try #require(try fixture.record)
        let sentence = "function 0000:01:10.0 is attached to cni sriov-net a/net1"
        #expect(
            Answers(of: .recorded(record)) == Answers(false, false, .taken, .taken, sentence))
        let staleness = Staleness.namespaceGone(place: Self.path)
        let stale = Occupancy.stale(record, staleness)
        #expect(Answers(of: stale) == Answers(true, true, .free, .free, sentence))
        #expect(stale.attachment == record)
        #expect(stale.staleness == staleness)
    }

    // MARK: What is seen

    private func occupancy(
        _ detail: SnapshotDetail = SnapshotDetail(functions: .all, programs: true),
        claims: ForeignClaims = .none, _ change: (inout SimulatedKernel) -> Void
    ) throws -> Occupancy? {
        let fixture = try EngineFixture(SimulatedHost.withVFs(2))
        fixture.makeContainer(Self.path)
        fixture.host.withKernel(change)
        let snapshots = try fixture.context(foreignClaims: claims).inspector.inventory(detail)
            .virtualFunctions
        #expect(snapshots.map(\.function.address) == [Self.vf, SimulatedHost.vfAddress(1)])
        // Whatever one of them is used for, it is not the other.
        #expect(snapshots.last?.occupancy == .free)
        return snapshots.first?.occupancy
    }

    private func claims(_ claim: ForeignClaim) -> ForeignClaims {
        ForeignClaims(
            claim: { $0 == claim.virtualFunction ? claim : nil }, claimOfOwner: { _ in nil },
            all: { [claim] }, forget: { _ in })
    }

    @Test func whatIsSeenDecides() throws {
        #expect(try occupancy { _ in } == .free)
        #expect(
            try occupancy { $0.bind(Self.vf, to: "vfio-pci") } == .userspace(driver: "vfio-pci"))
        #expect(
            try occupancy {
                $0.bind(Self.vf, to: "vfio-pci")
                $0.programs[Self.vf] = ["qemu (1)"]
            } == .open(in: ["qemu (1)"]))
        #expect(try occupancy { $0.bind(Self.vf, to: nil) } == .driverless)
        #expect(
            try occupancy { $0.moveInterface(of: Self.vf, to: Self.path) }
                == .elsewhere(path: Self.path))
        #expect(
            try occupancy {
                $0.change(Self.vf) {
                    $0.link.controllerIndex = 99
                    $0.link.controllerKind = "bond"
                }
            } == .usedByHost(.member("pf0v0", kind: "bond")))
        #expect(
            try occupancy { kernel in
                guard let link = kernel.vfs[Self.vf]?.linkIndex else { return }
                kernel.interfaces[link]?.link.flags |= 1
                kernel.defaultRoutes = [kernel.interfaces[link]?.link.index ?? 0]
            } == .usedByHost(.defaultRoute("pf0v0")))
    }

    @Test func anotherProgramsNoteCountsAsLongAsItsNamespaceExists() throws {
        #expect(try occupancy(claims: claims(Self.claim)) { _ in } == .claimed(Self.claim))
        var left = Self.claim
        left.namespacePath = "/run/netns/gone"
        #expect(
            try occupancy(claims: claims(left)) { _ in } == .abandoned(left, isUserspace: false))
        // A container still has it, by another path.
        #expect(
            try occupancy(claims: claims(left)) { $0.moveInterface(of: Self.vf, to: Self.path) }
                == .elsewhere(path: Self.path))
    }

    /// Its directory is root's alone: whoever may only look must see the hardware all the same.
    @Test func notesOfAnotherProgramThatCannotBeReadHinderNoList() throws {
        let refusal = SystemCallError(
            operation: "open", subject: "/var/lib/cni/sriov", errno: .accessDenied)
        let unreadable = ForeignClaims(
            claim: { _ in throw refusal }, claimOfOwner: { _ in throw refusal },
            all: { throw refusal }, forget: { _ in throw refusal })
        let fixture = try EngineFixture(SimulatedHost.withVFs(2))
        let context = try fixture.context(foreignClaims: unreadable)
        #expect(
            try context.inspector.inventory().virtualFunctions.map(\.occupancy) == [.free, .free])
        #expect(
            fixture.warnings == [
                "whether another program has VFs is not known: "
                    + "open /var/lib/cni/sriov: permission denied (EACCES)"
            ])
        // What would disturb somebody is not done in the dark.
        let function = try #require(try fixture.host.physicalFunction(at: Self.pf))
        #expect(throws: SystemCallError.self) { try context.engine.obstacles(to: function, []) }
    }

    @Test func anInterfaceThatWasNotLookedForMayBeAnywhere() throws {
        let nearby = SnapshotDetail(functions: .all, reach: .host)
        #expect(
            try occupancy(nearby) { $0.moveInterface(of: Self.vf, to: Self.path) }
                == .withoutInterface(isProved: false))
    }

    /// A list of thousands must not cost a request for each.
    @Test func theCostOfALookDoesNotGrowWithTheInterfacesOfVFs() throws {
        func steps(_ vfs: Int) throws -> Int {
            let fixture = try EngineFixture(SimulatedHost.withVFs(vfs))
            let before = fixture.host.stepsTaken
            _ = try fixture.context().inspector.inventory(SnapshotDetail())
            return fixture.host.stepsTaken - before
        }
        // One for the file of each VF in sysfs.
        #expect(try steps(7) - steps(2) == 5)
    }
}
