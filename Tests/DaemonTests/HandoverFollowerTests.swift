import Daemon
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct HandoverFollowerTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let owner = AttachmentOwner(
        frontEnd: "docker", network: "n1", container: "e1", interfaceName: nil)
    private static let sandbox = "/var/run/docker/netns/e1"

    /// A VF that is joined, and trusted because its driver would refuse its MAC otherwise.
    private func joined() throws -> (DaemonFixture, Link) {
        let fixture = try DaemonFixture()
        fixture.host.withKernel { $0.vfs[Self.vf]?.hasBeenUp = true }
        _ = try fixture.context.handovers.reserve(
            ReserveRequest(
                owner: Self.owner, selection: .address(Self.vf),
                settings: VFSettings(macAddress: MACAddress("02:11:22:33:44:55"))))
        let reservation = try fixture.context.handovers.join(Self.owner, sandbox: Self.sandbox)
        #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == true)
        return (fixture, reservation.link)
    }

    /// nil for no record.
    private func phase(_ fixture: DaemonFixture) -> AttachmentPhase? {
        // What cannot be read has none of the phases that are waited for.
        (try? fixture.context.store.attachment(of: Self.owner))?.phase
    }

    private func follower(
        _ fixture: DaemonFixture, time: Duration = .seconds(3600)
    ) throws -> HandoverFollower {
        try HandoverFollower(time: time, firstPause: .milliseconds(1), log: fixture.log) {
            try fixture.context.handovers.confirm($0)
        }
    }

    @Test func aVFThatIsMovedWithoutAWordIsSettled() async throws {
        let (fixture, link) = try joined()
        let follower = try follower(fixture)
        follower.follow(Self.owner)
        try await running(follower) {
            let docker = fixture.host.anotherProcess()
            fixture.host.makeNamespace(Self.sandbox)
            let inside = try docker.openNamespace(Self.sandbox)
            try docker.move(
                link, from: try docker.hostNamespace(), to: inside, as: "eth0", index: nil)
            let moved = try #require(try docker.link(named: "eth0", in: inside))
            #expect(phase(fixture) == .joined)
            #expect(follower.count == 1)
            try docker.setLink(moved, LinkSettings(isUp: true), in: inside)
            try await reach { phase(fixture) == .attached }
            #expect(fixture.host.kernel.vfs[Self.vf]?.info.trust == false)
            try await reach { follower.count == 0 }
        }
    }

    @Test func anAttachmentThatEndsIsFollowedNoLonger() async throws {
        let (fixture, _) = try joined()
        let follower = try follower(fixture)
        try await running(follower) {
            follower.follow(Self.owner)
            _ = try fixture.context.attachments.detach(DetachRequest(owner: Self.owner))
            try await reach { follower.count == 0 }
        }
    }

    @Test func aVFThatNeverArrivesIsLeftToTheReconciler() async throws {
        let (fixture, _) = try joined()
        let follower = try follower(fixture, time: .milliseconds(20))
        try await running(follower) {
            follower.follow(Self.owner)
            try await reach { follower.count == 0 }
            #expect(phase(fixture) == .joined)
        }
    }

    @Test func itStopsWithAttachmentsToFollow() async throws {
        let (fixture, _) = try joined()
        let follower = try follower(fixture)
        follower.follow(Self.owner)
        try await running(follower) {}
        #expect(follower.count == 1)
    }
}
