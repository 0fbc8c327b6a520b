import AdminTool
import Foundation
import Fuzzing
import LinuxSystem
import SRIOV
import SimulatedHost
import Testing

/// Whatever the arguments are: one of the documented statuses, an answer or an error of one line each, and a
/// machine that `detach` or `recover` brings back.
@Suite struct HostileArgumentsTests {
    private static let commands = [
        ["attach"], ["check"], ["create"], ["detach"], ["list"], ["recover"], ["show"],
        ["state", "export"], ["state"], ["help"], ["--help"], ["--version"], ["atach"], [],
    ]

    private static let options = [
        "--pf", "--netns", "--ifname", "--container", "--vlan", "--vlan-qos", "--vlan-proto",
        "--mac",
        "--spoofchk", "--trust", "--link-state", "--min-tx-rate", "--max-tx-rate", "--mtu",
        "--promisc",
        "--allmulti", "--reset-on-release", "--link-state-ignore-unsupported", "--dry-run",
        "--force",
        "--all", "--pfs", "--count", "--format", "--help", "--version", "--", "-", "-h", "--vlan=5",
        "--vlan=", "--=", "--no-such", "-x", "--form",
    ]

    private static let values = [
        "0000:01:10.0", "0000:01:10.2", "0000:01:00.0", "pf0", "pf0v0", "pf0v1", "pf9", "blue",
        "red", "none",
        "/run/netns/blue", "/proc/self/ns/net", "../blue", "net1", "net2", "c1", "on", "off",
        "auto",
        "enable", "802.1q", "802.1ad", "json", "table", "0", "1", "2", "5", "7", "8", "100", "4095",
        "-1",
        "99999999999999999999", "1e3", "0x10", "", " ", "\n", "a\nb", "\u{1b}[31m", "é", "e\u{301}",
        "%d",
        "02:00:00:00:00:01", "01:00:00:00:00:01", "02:00", "..", "/",
        String(repeating: "x", count: 5000),
        "\u{202e}", "\u{0}", "--",
    ]

    private static func arguments(using generator: inout SeededGenerator) -> [String] {
        var arguments = generator.pick(commands)
        if arguments == ["attach"], generator.chance(70) {
            arguments += [generator.pick(["0000:01:10.0", "pf0v1"]), "--netns", "blue"]
        }
        for _ in 0..<generator.number(in: 0...4) {
            if generator.chance(70) { arguments.append(generator.pick(options)) }
            if generator.chance(80) {
                var value = Array(generator.pick(values).utf8)
                if generator.chance(15) { value.damage(using: &generator) }
                arguments.append(String(decoding: value, as: UTF8.self))
            }
        }
        if generator.chance(5) { arguments.shuffle(using: &generator) }
        return arguments
    }

    @Test func anyArgumentsGiveAnAnswerOrErrors() throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel.pristinePart
            var statuses = Set<CommandStatus>()
            for seed in FuzzSeeds(500, of: "arguments") {
                var generator = SeededGenerator(seed: seed)
                let arguments = Self.arguments(using: &generator)
                let isPrivileged = generator.chance(90)
                let comment: Comment = "seed \(seed): \(arguments)"
                let kernel = fixture.host.kernel
                let run = fixture.run(arguments, isPrivileged: isPrivileged)
                statuses.insert(run.status)
                for line in run.errors {
                    try #require(line.hasPrefix("vfmap: ") && line.count > 7, comment)
                    try #require(!line.unicodeScalars.contains { $0.value < 32 }, comment)
                }
                switch run.status {
                case .success: try #require(run.errors == [] || !run.output.isEmpty, comment)
                case .usage, .notPermitted:
                    try #require(run.output.isEmpty && run.errors.count == 1, comment)
                    try #require(fixture.host.kernel == kernel, comment)
                default: try #require(!run.errors.isEmpty || !run.output.isEmpty, comment)
                }
                if run.output.hasPrefix("{") {
                    let bytes = Data(run.output.utf8)
                    #expect(throws: Never.self, comment) {
                        try JSONSerialization.jsonObject(with: bytes)
                    }
                }
                try Self.restore(fixture, comment)
                // What `create` made anew has other indexes, which no undo brings back.
                if !arguments.contains("create") {
                    try #require(fixture.host.kernel.pristinePart == before, comment)
                } else if fixture.host.kernel.pristinePart != before {
                    fixture.host.withKernel { $0 = kernel }
                }
            }
            #expect(statuses.count >= 4, "\(statuses)")
        }
    }

    /// Gives back what a case has attached.
    private static func restore(_ fixture: AdminFixture, _ comment: Comment) throws {
        for attachment in try fixture.store.attachments() {
            let run = fixture.run("detach", attachment.function.description)
            try #require(run.status == .success, comment)
        }
        try #require(try fixture.store.attachments() == [], comment)
    }
}
