import AdminTool
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct ImportTests {
    private func claims(_ claims: [ForeignClaim]) -> ForeignClaims {
        ForeignClaims(
            claim: { address in claims.first { $0.virtualFunction == address } },
            claimOfOwner: { _ in nil }, all: { claims }, forget: { _ in })
    }

    private func claim(of container: String) -> ForeignClaim {
        let owner = AttachmentOwner(
            frontEnd: "cni", network: "fast", container: container, interfaceName: "net1")
        return ForeignClaim(
            program: "sriov-cni", path: "/x/\(container)-net1",
            virtualFunction: SimulatedHost.vfAddress(0), namespacePath: "/run/netns/blue",
            savedState: ForeignClaim.SavedState(
                owners: [owner], settings: VFSettings(), interfaceName: "pf0v0", macAddress: nil,
                mtu: nil, info: VFState(index: 0)), problem: nil)
    }

    @Test func nothingToTakeOver() throws {
        try AdminFixture.with { fixture in
            let run = fixture.run("import")
            #expect(run.output == "VF  OWNER  RESULT\n")
            #expect(run.status == .success)
            #expect(fixture.run(["import"], isPrivileged: false).status == .notPermitted)
        }
    }

    @Test func everyAttachmentHasARow() throws {
        try AdminFixture.with { plain in
            var fixture = plain
            let hostNamespace = try fixture.host.hostNamespace()
            let link = try #require(try fixture.host.link(named: "pf0v0", in: hostNamespace))
            try fixture.host.move(
                link, from: hostNamespace, to: try fixture.host.openNamespace("/run/netns/blue"),
                as: "net1",
                index: nil)
            let damaged = ForeignClaim(
                program: "sriov-cni", path: "/x/c2-net1", virtualFunction: nil, namespacePath: nil,
                savedState: nil, problem: "it is not a JSON document")
            fixture.foreignClaims = claims([claim(of: "c1"), damaged])

            let dry = fixture.run("import", "--dry-run")
            #expect(
                dry.output == """
                    VF            OWNER             RESULT
                    0000:01:10.0  cni fast c1/net1  can be taken over
                    -             -                 not taken over, /x/c2-net1: it is not a JSON document

                    """)
            #expect(dry.status == .incomplete)
            #expect(try fixture.store.attachments() == [])

            fixture.foreignClaims = claims([claim(of: "c1")])
            let run = fixture.run("import")
            #expect(
                run.output == """
                    VF            OWNER             RESULT
                    0000:01:10.0  cni fast c1/net1  taken over

                    """)
            #expect(run.status == .success)
            #expect(try fixture.store.attachments().map(\.owner.container) == ["c1"])
            let again = fixture.run("import", "--format", "json").output
            #expect(again.contains(#""result" : "present""#))
        }
    }
}
