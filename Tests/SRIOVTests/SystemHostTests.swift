import Foundation
import Glibc
import LinuxSystem
import Netlink
import SRIOV
import Testing

/// What the manager may rely on, by the real kernel.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct SystemHostTests {
    private func ip(_ arguments: String...) throws {
        var process = ChildProcess(executable: "/usr/sbin/ip", environment: [:])
        process.arguments = arguments
        let outcome = try process.run(until: Deadline(after: .seconds(120)))
        let complaint = String(decoding: outcome.errorOutput, as: UTF8.self)
        try #require(outcome.ending == .exited(0), "\(arguments): \(complaint)")
    }

    @Test func anAlternativeNameThatIsGoneIsAsGoodAsTaken() throws {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        try ip("netns", "add", name)
        defer { try? ip("netns", "del", name) }  // A leftover namespace fails no test.
        try ip("-n", name, "link", "add", "net1", "type", "veth", "peer", "name", "peer")
        try ip("-n", name, "link", "property", "add", "dev", "net1", "altname", "spare1")
        let host = SystemHost()
        let namespace = try host.openNamespace("/run/netns/\(name)")
        let link = try #require(try host.link(named: "net1", in: namespace))
        #expect(link.alternativeNames == ["spare1"])
        for _ in 0..<2 { try host.removeAlternativeName("spare1", from: link, in: namespace) }
        #expect(try host.link(named: "net1", in: namespace)?.alternativeNames == [])
        let error = #expect(throws: NetlinkError.self) {
            try host.removeAlternativeName("net1", from: link, in: namespace)
        }
        #expect(error?.errno == .invalidArgument)
    }
}
