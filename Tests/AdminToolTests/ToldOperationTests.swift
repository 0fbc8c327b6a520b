import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What the daemon is told of what the program did.
@Suite struct ToldOperationTests {
    @Test func whatChangesSomethingIsToldWithItsEnd() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "red")
            _ = fixture.run("attach", "0000:09:10.0", "--netns", "red")
            _ = fixture.run("check")
            _ = fixture.run("detach", "0000:01:10.0")
            _ = fixture.run("recover")
            #expect(
                fixture.told.all == [
                    "cli attach success", "cli attach inUse", "cli attach notFound",
                    "cli check success", "cli detach success", "cli recover success",
                ])
        }
    }

    @Test func aDifferenceThatCheckFindsIsOne() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue", "--vlan", "7")
            fixture.host.withKernel { kernel in
                kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans = []
            }
            _ = fixture.run("check")
            #expect(fixture.told.all == ["cli attach success", "cli check differs"])
        }
    }

    @Test func questionsAreNotTold() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run()
            _ = fixture.run("show", "pf0")
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue", "--dry-run")
            _ = fixture.run("create", "--pf", "pf0", "--count", "3", "--dry-run")
            _ = fixture.run("status", "--socket", "/nonexistent")
            _ = fixture.run("attach", "--nonsense")
            #expect(fixture.told.all == [])
        }
    }
}
