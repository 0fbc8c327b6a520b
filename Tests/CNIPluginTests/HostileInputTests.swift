import CNI
import CNIPlugin
import Foundation
import Fuzzing
import LinuxSystem
import SRIOV
import SimulatedHost
import TestSupport
import Testing

/// Whatever comes on standard input and in the environment: one answer that is sound, and no VF left behind.
@Suite struct HostileInputTests {
    /// The machine of many calls, which each leaves as it was.
    private final class Bench {
        let fixture: PluginFixture
        let pristine: SimulatedKernel
        private let memory: TemporaryDirectory
        let variables: [String: String]

        /// Where the state file is.
        var directory: String { memory.path }

        init() throws {
            fixture = try PluginFixture()
            try fixture.ipam.write(
                """
                #!/bin/sh
                case $CNI_COMMAND in ADD) echo '{"cniVersion":"1.0.0",
                "ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}]}'
                esac
                """)
            fixture.host.makeNamespace("/run/netns/c2")
            pristine = fixture.machine
            memory = try TemporaryDirectory()
            let directory = memory.path
            let pools =
                #"{"resourceList":[{"resourceName":"vfs","selectors":{"pfNames":["pf0"]}}],"#
                + #""cni":{"logDirectory":"\#(directory)"}}"#
            try Data(pools.utf8).write(to: URL(filePath: directory + "/config.json"))
            variables = [
                "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/c1", "CNI_IFNAME": "net1",
                "CNI_PATH": fixture.ipam.directory, "VFMAP_STATE": directory + "/state.db",
                "VFMAP_RUN": directory, "VFMAP_CONFIG": directory + "/config.json",
                "PATH": "/usr/bin:/bin",
            ]
        }

        func run(_ call: HostileCall) -> CNIDispatcher<SimulatedHost>.Answer {
            var timeouts = Timeouts()
            timeouts.lock = .milliseconds(100)
            timeouts.returnOfInterface = .zero
            let host = fixture.host
            return CNIDispatcher(
                environment: .other(call.variables.merging(["CNI_COMMAND": call.verb]) { $1 }),
                readInput: {
                    // As reading the process's own standard input fails.
                    if call.input.count > CNIInput.limit {
                        throw SystemCallError(
                            operation: "read", subject: "standard input",
                            errno: ErrorNumber(rawValue: 27))
                    }
                    return call.input
                },
                makeHost: { host }, writeError: { _ in }, timeouts: timeouts
            ).run()
        }

        func call(_ verb: String, using generator: inout SeededGenerator) -> HostileCall {
            HostileCall(verb, variables, directory: directory, using: &generator)
        }

        /// A call with nothing wrong.
        func sound(_ verb: String) -> HostileCall {
            var generator = SeededGenerator(seed: 0)
            var call = HostileCall(verb, variables, directory: directory, using: &generator)
            call.variables = variables
            call.input = Array(
                fixture.configuration(
                    #""vlan":100,"trust":"on","announce":false"#, version: "1.1.0"
                ).utf8)
            return call
        }

        func records() throws -> [SRIOV.Attachment] {
            let store = AttachmentStore(
                path: directory + "/state.db", boot: fixture.host.kernel.boot, access: .readOnly)
            return try store.attachments() + store.leasesOfOtherBoots().attachments
        }
    }

    /// What is wrong with an answer by itself; empty for nothing.
    private static func faults(
        of answer: CNIDispatcher<SimulatedHost>.Answer, to call: HostileCall
    ) -> String {
        let text = String(decoding: answer.output, as: UTF8.self)
        let isSilent = ["DEL", "CHECK", "STATUS", "GC"].contains(call.verb)
        if answer.status == 0, isSilent { return text.isEmpty ? "" : "not silent: \(text)" }
        guard text.hasSuffix("\n"), !text.dropLast().utf8.contains(10) else {
            return "not one line: \(text)"
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer.output)),
            let members = object as? [String: Any],
            let version = members["cniVersion"] as? String,
            HostileValues.versions.contains(version)
        else { return "not a document: \(text)" }
        switch answer.status {
        case 0:
            if call.verb == "VERSION" {
                return members["supportedVersions"] is [String] ? "" : "no versions: \(text)"
            }
            let hasPlace = members["interfaces"] != nil || members["ip4"] != nil
            return members["code"] == nil && hasPlace ? "" : "no result: \(text)"
        case 1:
            let codes = [1, 4, 5, 6, 7, 8, 11, 50, 51] + Array(100...107)
            guard let code = members["code"] as? Int, codes.contains(code) else {
                return "a code that is not documented: \(text)"
            }
            let message = members["msg"] as? String ?? ""
            return message.isEmpty ? "no message: \(text)" : ""
        default:
            return "exit status \(answer.status)"
        }
    }

    @Test func anAddIsUndoneByItsErrorOrByItsDel() throws {
        let bench = try Bench()
        var successes = 0
        for seed in FuzzSeeds(1500, of: "ADD") {
            var generator = SeededGenerator(seed: seed)
            var call = bench.call("ADD", using: &generator)
            let answer = bench.run(call)
            let fault = Self.faults(of: answer, to: call)
            try #require(fault == "", "seed \(seed): \(call)")
            if answer.status == 0 {
                successes += 1
                call.verb = "DEL"
                let release = bench.run(call)
                let words = String(decoding: release.output, as: UTF8.self)
                try #require(release.status == 0, "seed \(seed): \(call): \(words)")
            }
            try #require(bench.fixture.machine == bench.pristine, "seed \(seed): \(call)")
            try #require(try bench.records() == [], "seed \(seed): \(call)")
        }
        // Both ways must be walked, or the test shows nothing.
        #expect(successes > 0)
    }

    @Test(arguments: HostileCall.verbs.filter { $0 != "ADD" })
    func otherVerbsReleaseAnAttachmentWhollyOrLeaveIt(verb: String) throws {
        let bench = try Bench()
        var attached: SimulatedKernel?
        // CHECK looks for a second whether differences go away.
        for seed in FuzzSeeds(verb == "CHECK" ? 40 : 300, long: .seconds(20), of: verb) {
            var generator = SeededGenerator(seed: seed)
            if attached == nil {
                let answer = bench.run(bench.sound("ADD"))
                try #require(
                    answer.status == 0, "\(String(decoding: answer.output, as: UTF8.self))")
                attached = bench.fixture.host.kernel
            }
            let call = bench.call(verb, using: &generator)
            let answer = bench.run(call)
            let fault = Self.faults(of: answer, to: call)
            try #require(fault == "", "seed \(seed): \(call)")
            let records = try bench.records()
            if records == [], ["DEL", "GC"].contains(verb) {
                try #require(bench.fixture.machine == bench.pristine, "seed \(seed): \(call)")
                attached = nil
            } else if records.map(\.phase) == [.restoring], verb == "DEL" {
                // The VF is home, and the error is that of an IPAM plugin that keeps its address.
                try #require(answer.status == 1, "seed \(seed): \(call)")
                try #require(bench.fixture.machine == bench.pristine, "seed \(seed): \(call)")
                try #require(bench.run(bench.sound("DEL")).status == 0, "seed \(seed): \(call)")
                try #require(try bench.records() == [], "seed \(seed): \(call)")
                attached = nil
            } else {
                try #require(records.map(\.phase) == [.attached], "seed \(seed): \(call)")
                try #require(bench.fixture.host.kernel == attached, "seed \(seed): \(call)")
            }
        }
        #expect(bench.run(bench.sound("DEL")).status == 0)
        #expect(bench.fixture.machine == bench.pristine)
        #expect(try bench.records() == [])
    }

    @Test(arguments: HostileCall.verbs.filter { $0 != "ADD" })
    func aMachineWithoutAttachmentsStaysAsItIs(verb: String) throws {
        let bench = try Bench()
        for seed in FuzzSeeds(100, long: .seconds(10), of: "\(verb) of nothing") {
            var generator = SeededGenerator(seed: seed)
            let call = bench.call(verb, using: &generator)
            let answer = bench.run(call)
            let fault = Self.faults(of: answer, to: call)
            try #require(fault == "", "seed \(seed): \(call)")
            try #require(bench.fixture.machine == bench.pristine, "seed \(seed): \(call)")
            try #require(try bench.records() == [], "seed \(seed): \(call)")
        }
    }
}
