import DockerDriver
import Foundation
import Fuzzing
import SRIOV
import SimulatedHost
import Testing

/// Whatever comes with a call: one reply of a sound form, and nothing that cannot be taken back.
@Suite struct HostileBodyTests {
    static let values: [(key: String, value: JSONTree)] = {
        let values: [(String, [JSONTree])] = [
            ("NetworkID", ["n1", "n2", "n/1", ""]), ("EndpointID", ["e1", "e2", "é", " "]),
            ("SandboxKey", ["/var/run/docker/netns/a", "", "relative"]),
            ("parent", ["pf0", "pf1", "0000:01:00.0", "0000:01:10.0", "pf0v0"]),
            ("netdevice", ["pf0"]), ("pool", ["all", "none"]),
            ("mode", ["sriov", "passthrough", "vfio"]), ("vlan", ["0", "4094", "4095", 7]),
            ("vlan_qos", ["7", "8"]), ("vlan_proto", ["802.1q", "802.1ad"]),
            ("spoofchk", ["on", "maybe"]), ("trust", ["off", true]), ("privileged", ["1"]),
            ("link_state", ["auto", "enable"]), ("min_tx_rate", ["1"]), ("max_tx_rate", ["10"]),
            ("mtu", ["1400", "68", "9000"]), ("prefix", ["net", "a/b"]),
            ("com.docker.network.internal", [true, "true"]),
            ("com.docker.network.generic", [["parent": "pf0"], [], "pf0"]),
            ("com.docker.network.endpoint.ifname", ["data0", "lo"]),
            ("com.docker.network.portmap", [[["Port": 80, "HostPort": 80, "Proto": 6]], [1]]),
            ("IPv4Data", [[["Pool": "10.0.0.0/8", "Gateway": "10.0.0.1/8"]], []]),
            ("Gateway", ["10.9.0.1/24", "10.9.0.1", "fd00::1/64"]),
            ("Pool", ["10.9.0.0/24", "0.0.0.0/0", "::/0"]),
            ("Address", ["10.9.0.3/24", "10.9.0.3", "", "fd00::2/64"]),
            ("AddressIPv6", ["fd00::2/64", "10.9.0.3/24"]),
            (
                "MacAddress",
                ["02:00:00:00:00:09", "02-00-00-00-00-09", "01:00:5e:00:00:01", "0"]
            ),
        ]
        return values.flatMap { key, values in values.map { (key: key, value: $0) } }
    }()

    private static let pools =
        #"{"resourceList":[{"resourceName":"all","selectors":{"pfNames":["pf0"]}}]}"#

    private static func body(
        of call: String, using generator: inout SeededGenerator
    ) -> [UInt8] {
        var document: JSONTree = ["NetworkID": "n1", "EndpointID": "e1"]
        switch call {
        case "CreateNetwork", "GwAllocCheck", "AllocateNetwork":
            document = [
                "NetworkID": "n2",
                "Options": [
                    "com.docker.network.enable_ipv6": false,
                    "com.docker.network.generic": [
                        "parent": "pf0", "vlan": "100", "trust": "on", "mtu": "1400",
                    ],
                ],
                "IPv4Data": [["Pool": "10.9.0.0/24", "Gateway": "10.9.0.1/24"]],
                "IPv6Data": [["Pool": "fd00:9::/64", "Gateway": "fd00:9::1/64"]],
            ]
        case "CreateEndpoint":
            document["Interface"] = [
                "Address": "10.9.0.2/24", "AddressIPv6": "", "MacAddress": "02:00:00:00:00:08",
            ]
            document["Options"] = ["com.docker.network.portmap": [], "vlan": "5"]
        case "Join":
            document["SandboxKey"] = "/var/run/docker/netns/a"
            document["Options"] = [:]
        case "ProgramExternalConnectivity":
            document["Options"] = [
                "com.docker.network.portmap": [["Port": 80, "HostPort": 8080, "Proto": 6]]
            ]
        default: break
        }
        if generator.chance(95) {
            for _ in 0..<generator.number(in: 1...3) {
                document.damage(values: values, using: &generator)
            }
        }
        var bytes = Array(document.text.utf8)
        if generator.chance(30) {
            bytes.damage(
                morsels: [
                    Array(#","vlan":"9""#.utf8), Array("\\u0000".utf8), [0xc3, 0x28],
                ], using: &generator)
        }
        return bytes
    }

    /// What is wrong with a reply; empty for nothing.
    private static func faults(of reply: DriverReply) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(reply.body)),
            let members = object as? [String: Any]
        else { return "not an object: \(reply.text)" }
        if reply.status == .ok {
            return members["Err"] == nil && reply.error == nil ? "" : "an error: \(reply.text)"
        }
        guard let words = members["Err"] as? String, !words.isEmpty,
            members["Error"] as? String == words, reply.error == words
        else { return "no error: \(reply.text)" }
        // Nothing that a user gave may flood a log.
        if words.utf8.count > 1000 { return "\(words.utf8.count) bytes of error" }
        return reply.status == .notFound ? "a call that is not served" : ""
    }

    /// Gives everything back by the calls that Docker has for it.
    private static func clear(_ fixture: DriverFixture) throws {
        for record in try fixture.records {
            let request = reference(record.owner.container, network: record.owner.network ?? "")
            try fixture.success("DeleteEndpoint", request)
        }
        for network in try fixture.store().networks(of: "docker") where network.identifier != "n1" {
            try fixture.success("DeleteNetwork", #"{"NetworkID":"\#(network.identifier)"}"#)
        }
    }

    @Test(arguments: ProtocolTests.calls)
    func aCallIsServedOrRefusedWhole(call: String) throws {
        let fixture = try DriverFixture(pools: Self.pools)
        let pristine = fixture.machine
        let network = networkRequest(#""parent":"pf0""#)
        try fixture.success("CreateNetwork", network)
        var statuses: Set<DriverStatus> = []
        for seed in FuzzSeeds(150, long: .seconds(20), of: call) {
            var generator = SeededGenerator(seed: seed)
            let needsEndpoint = call != "CreateEndpoint" && call != "CreateNetwork"
            if needsEndpoint { try fixture.success("CreateEndpoint", endpointRequest()) }
            let body = Self.body(of: call, using: &generator)
            let reply = try fixture.driver().answer(
                method: "POST", path: "/NetworkDriver.\(call)", body: body)
            let context = "seed \(seed): \(String(decoding: body.prefix(1000), as: UTF8.self))"
            let fault = Self.faults(of: reply)
            try #require(fault == "", "\(context)")
            if call == "CreateEndpoint", reply.status != .ok {
                // Docker will not call DeleteEndpoint.
                try #require(try fixture.records == [], "\(context)")
                try #require(fixture.machine == pristine, "\(context)")
            }
            if call == "CreateNetwork", reply.status != .ok {
                let networks = try fixture.store().networks(of: "docker").map(\.identifier)
                try #require(networks == ["n1"], "\(context)")
            }
            try Self.clear(fixture)
            try #require(try fixture.records == [], "\(context)")
            try #require(fixture.machine == pristine, "\(context)")
            if try fixture.store().network("n1", of: "docker") == nil {
                try fixture.success("CreateNetwork", network)
            }
            statuses.insert(reply.status)
        }
        // Both ways must be walked, or the test shows nothing.
        #expect(statuses.contains(.ok))
        #expect(statuses.contains(.badRequest))
    }

    @Test func nothingButObjectsPasses() throws {
        let driver = try DriverFixture().driver()
        for seed in FuzzSeeds(2000, long: .seconds(10), of: "bodies of any kind") {
            var generator = SeededGenerator(seed: seed)
            var bytes = (0..<generator.number(in: 0...64)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if generator.chance(50) { bytes.damage(using: &generator) }
            let call = generator.pick(ProtocolTests.calls)
            let reply = driver.answer(
                method: "POST", path: "/NetworkDriver.\(call)", body: bytes)
            try #require(reply.status == .badRequest, "seed \(seed)")
            try #require(Self.faults(of: reply) == "", "seed \(seed)")
        }
    }
}
