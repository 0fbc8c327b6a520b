import CNIPlugin
import Foundation
import Fuzzing
import LinuxSystem
import SRIOV
import SimulatedHost
import TestSupport
import Testing

/// Whatever an IPAM plugin answers: ADD succeeds with a sound result, or fails, takes the addresses back and
/// leaves no VF behind.
@Suite struct HostileIPAMTests {
    private static let results: [(version: String, reply: JSONTree)] = [
        (
            "0.2.0",
            [
                "cniVersion": "0.2.0",
                "ip4": [
                    "ip": "10.1.0.5/24", "gateway": "10.1.0.1", "routes": [["dst": "0.0.0.0/0"]],
                ], "ip6": ["ip": "fd00::5/64", "routes": [["dst": "::/0", "gw": "fd00::1"]]],
                "dns": ["nameservers": ["10.0.0.1"], "domain": "d"],
            ]
        ),
        (
            "0.4.0",
            [
                "cniVersion": "0.4.0",
                "ips": [
                    [
                        "version": "4", "address": "10.1.0.5/24", "gateway": "10.1.0.1",
                        "interface": 0,
                    ],
                    ["version": "6", "address": "fd00::5/64"],
                ], "routes": [["dst": "0.0.0.0/0"], ["dst": "10.2.0.0/16", "gw": "10.1.0.9"]],
                "dns": ["search": ["a", "b"]],
            ]
        ),
        (
            "1.1.0",
            [
                "cniVersion": "1.1.0", "interfaces": [["name": "x", "mac": "y", "mtu": 5]],
                "ips": [["address": "10.1.0.5/24", "gateway": "10.1.0.1"]],
                "routes": [
                    [
                        "dst": "0.0.0.0/0", "mtu": 1400, "advmss": 1, "priority": 2, "table": 3,
                        "scope": 4,
                    ]
                ],
            ]
        ),
        ("1.0.0", ["cniVersion": "1.0.0", "code": 11, "msg": "full", "details": "no address"]),
    ]

    private static let values: [(key: String, value: JSONTree)] = [
        ("cniVersion", "0.1.0"), ("cniVersion", "1.1.0"), ("cniVersion", "1.9.9"),
        ("cniVersion", "2.0.0"),
        ("ip", "10.1.0.5"), ("ip", "fd00::5/64"), ("address", "10.1.0.5/33"),
        ("address", "0.0.0.0/0"),
        ("address", "::1/128"), ("address", "10.1.0.6/32"), ("address", "::ffff:10.1.0.5/120"),
        ("gateway", "fe80::1"), ("gateway", "10.1.0.1/24"), ("gw", "::"), ("dst", "::/0"),
        ("dst", "10.1.0.5/8"), ("interface", 1), ("interface", 4_294_967_295), ("scope", 256),
        ("table", 4_294_967_295), ("mtu", 4_294_967_296), ("code", 0), ("code", 3), ("code", -1),
    ]

    @Test func anAddSucceedsOrIsUndone() throws {
        let fixture = try PluginFixture()
        let memory = try TemporaryDirectory()
        let directory = memory.path
        let state = ["VFMAP_STATE": directory + "/state.db", "VFMAP_RUN": directory]
        let store = AttachmentStore(path: directory + "/state.db", boot: fixture.host.kernel.boot)
        // The shell's own commands and one cat: it is run some thousand times.
        try fixture.ipam.write(
            """
            #!/bin/sh
            echo "$CNI_COMMAND" >> '\(directory)/calls'
            [ "$CNI_COMMAND" = ADD ] || exit 0
            read status < '\(directory)/status'
            cat '\(directory)/reply'
            exit "$status"
            """)
        func calls() throws -> [String] {
            try String(contentsOfFile: directory + "/calls", encoding: .utf8).split(separator: "\n")
                .map(String.init)
        }
        let pristine = fixture.machine
        var successes = 0
        var failures = 0
        for seed in FuzzSeeds(400, of: "IPAM replies") {
            var generator = SeededGenerator(seed: seed)
            var (version, tree) = generator.pick(Self.results)
            for _ in 0..<generator.number(in: 1...3) {
                tree.damage(values: Self.values, using: &generator)
            }
            var reply = Array(tree.text.utf8)
            if generator.chance(40) { reply.damage(using: &generator) }
            if generator.chance(2) { reply = [UInt8](repeating: 32, count: (1 << 20) + 1) }
            let status = generator.chance(20) ? generator.pick([1, 3, 127, 255]) : 0
            try Data(reply).write(to: URL(filePath: directory + "/reply"))
            try Data("\(status)\n".utf8).write(to: URL(filePath: directory + "/status"))
            try Data().write(to: URL(filePath: directory + "/calls"))

            let input = fixture.configuration(#""announce":false"#, version: version)
            let answer = fixture.call("ADD", input, state)
            let comment: Comment =
                "seed \(seed): \(String(decoding: reply.prefix(2000), as: UTF8.self)): \(answer.output)"
            let object = try? JSONSerialization.jsonObject(with: Data(answer.output.utf8))
            let members = try #require(object as? [String: Any], comment)
            try #require(members["cniVersion"] as? String == version, comment)
            if answer.status == 0 {
                successes += 1
                try #require(status == 0, comment)
                try #require(try calls() == ["ADD"], comment)
                let addresses = members["ips"] ?? members["ip4"] ?? members["ip6"]
                try #require(addresses != nil, comment)
                try #require(fixture.call("DEL", input, state).status == 0, comment)
            } else {
                failures += 1
                try #require(members["code"] is NSNumber && members["msg"] is String, comment)
            }
            try #require(try calls() == ["ADD", "DEL"], comment)
            try #require(fixture.machine == pristine, comment)
            try #require(try store.attachments() == [], comment)
        }
        #expect(successes > 0 && failures > 0)
    }
}
