import CNI
import CNIPlugin
import Foundation
import Netlink
import Testing

@Suite struct IPAMDelegateTests {
    private static func timeouts(_ time: Duration) -> IPAMDelegate.Timeouts {
        var timeouts = IPAMDelegate.Timeouts()
        timeouts.add = time
        return timeouts
    }

    private let shortTimeouts = timeouts(.milliseconds(400))
    private let longTimeouts = timeouts(.seconds(120))

    private func failure(_ script: String) throws -> CNIError? {
        let ipam = try ScriptedIPAM()
        try ipam.install(script)
        let delegate = try ipam.delegate(timeouts: longTimeouts)
        return #expect(throws: CNIError.self) { try delegate.add(version: .newest) }
    }

    @Test func thePluginSeesTheWholeInputAndTheEnvironmentWithItsCommand() throws {
        let ipam = try ScriptedIPAM()
        try ipam.install(#"echo '{"ips":[{"address":"10.0.0.5/24"}]}'"#)
        let input = #"{"name":"n","X":1,"ipam":{"type":"scripted"}}"#
        let delegate = try ipam.delegate(
            input: input, environment: ["CNI_COMMAND": "CHECK", "CNI_ARGS": "A=1"])
        let result = try delegate.add(version: .newest)
        #expect(result.addresses == [CNIResult.Address(try #require(IPNetwork("10.0.0.5/24")))])
        try delegate.delete()
        try delegate.check()
        #expect(ipam.calls == ["ADD c1 net1  A=1", "DEL c1 net1  A=1", "CHECK c1 net1  A=1"])
        #expect(ipam.input(of: "ADD") == input)
        #expect(ipam.input(of: "DEL") == input)
    }

    @Test func ofACharacterWithoutEndTheLastBytesAreQuoted() throws {
        let print = #"printf "e"; for (i = 0; i < 30000; i++) printf "\314\201""#
        let error = try failure("awk 'BEGIN { \(print) }' >&2; exit 2")
        #expect(try #require(error).message.utf8.count < 1100)
    }

    @Test func thePluginHasNothingThatIsMeantForThisProgram() throws {
        let fixture = try PluginFixture(ipam: "env > $(dirname $0)/environment")
        #expect(
            fixture.call(
                "DEL", nil,
                ["NOTIFY_SOCKET": "/n", "LISTEN_FDS": "1", "WATCHDOG_USEC": "1", "KEPT": "1"]
            ).status == 0)
        let text = try String(
            contentsOfFile: fixture.ipam.directory + "/environment", encoding: .utf8)
        let names = text.split(separator: "\n").compactMap { $0.split(separator: "=").first }
        #expect(names.contains("KEPT"))
        #expect(names.contains("CNI_PATH"))
        #expect(
            names.filter { $0.contains(/^(VFMAP|NOTIFY|LISTEN|WATCHDOG)/) } == ["VFMAP_IPAM_CALL"])
    }

    @Test func aPluginThatIsThisProgramByAnotherNameIsRefused() throws {
        let ipam = try ScriptedIPAM()
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        try FileManager.default.createSymbolicLink(
            atPath: ipam.directory + "/other", withDestinationPath: own)
        let error = #expect(throws: CNIError.self) { try ipam.delegate("other") }
        #expect(
            error
                == CNIError(
                    .invalidConfiguration,
                    #"ipam.type: "other" is this plugin itself, which has no addresses to give"#,
                    details: ipam.directory + "/other"))
    }

    @Test func thePluginsOwnErrorIsPassedOn() throws {
        let error = try failure(
            #"echo '{"cniVersion":"1.0.0","code":11,"msg":"no address","details":"full"}'; exit 1"#)
        #expect(error == CNIError(.tryAgainLater, "no address", details: "full"))
    }

    @Test func standardErrorIsPassedOnAndExplainsAFailureWithoutAnswer() throws {
        let ipam = try ScriptedIPAM()
        try ipam.install("echo 'cannot lock' >&2; exit 2")
        let delegate = try ipam.delegate()
        let error = #expect(throws: CNIError.self) { try delegate.delete() }
        #expect(
            error
                == CNIError(
                    .addressManagementFailed,
                    "IPAM plugin scripted ended with status 2 at DEL: cannot lock"))
        #expect(ipam.complaint == "cannot lock\n")
    }

    @Test(arguments: [
        (
            "sleep 3600",
            "IPAM plugin scripted failed at ADD: FOLDER/scripted was killed after 0.4 seconds: it did not end",
            ""
        ),
        (
            "cat /dev/zero",
            "IPAM plugin scripted failed at ADD: FOLDER/scripted was killed: it wrote more than 1048576 bytes",
            ""
        ),
        (
            "echo garbage",
            "IPAM plugin scripted answered ADD with a result that cannot be used: it is not a JSON document",
            "it wrote: garbage"
        ),
        (
            "exit 0",
            "IPAM plugin scripted answered ADD with a result that cannot be used: it is not a JSON document",
            ""
        ),
        (
            "echo '[]'",
            "IPAM plugin scripted answered ADD with a result that cannot be used: result: must be an object, not an array",
            "it wrote: []"
        ),
        (
            #"echo '{"ips":[{"address":"x"}]}'"#,
            #"IPAM plugin scripted answered ADD with a result that cannot be used: ips[0].address: "x" is not of the form ADDRESS/LENGTH"#,
            #"it wrote: {"ips":[{"address":"x"}]}"#
        ),
        (
            "echo garbage; exit 1", "IPAM plugin scripted ended with status 1 at ADD",
            "it wrote: garbage"
        ),
        ("kill -9 $$", "IPAM plugin scripted was killed by signal 9 at ADD", ""),
    ])
    func aPluginThatMisbehavesIsNamed(
        script: String, message: String, details: String
    ) throws {
        let ipam = try ScriptedIPAM()
        try ipam.install(script)
        let delegate = try ipam.delegate(
            timeouts: script.hasPrefix("sleep") ? shortTimeouts : longTimeouts)
        let error = #expect(throws: CNIError.self) { try delegate.add(version: .newest) }
        #expect(
            error
                == CNIError(
                    .addressManagementFailed,
                    message.replacing("FOLDER", with: ipam.directory), details: details))
    }

    @Test func anEmptyAnswerOfTheRightShapeIsNoAddress() throws {
        let ipam = try ScriptedIPAM()
        try ipam.install("echo null")
        #expect(try ipam.delegate().add(version: .newest) == CNIResult())
    }

    @Test func aResultWithoutVersionIsOfTheConfigurations() throws {
        let ipam = try ScriptedIPAM()
        try ipam.install(#"echo '{"ip4":{"ip":"10.0.0.5/24"}}'"#)
        let delegate = try ipam.delegate()
        #expect(try delegate.add(version: .whenAbsent).addresses.count == 1)
        #expect(try delegate.add(version: .newest).addresses.count == 0)
    }

    @Test func aPluginThatDoesNotExistIsNamed() throws {
        let ipam = try ScriptedIPAM()
        let error = #expect(throws: CNIError.self) { try ipam.delegate("missing") }
        #expect(
            error
                == CNIError(
                    .invalidConfiguration,
                    #"ipam.type: there is no plugin "missing" in CNI_PATH"#,
                    details: "/nonexistent:\(ipam.directory)"))
    }

    @Test func aPathIsNoPluginsName() throws {
        let ipam = try ScriptedIPAM()
        let error = #expect(throws: CNIError.self) { try ipam.delegate("../bin/true") }
        #expect(
            error?.message == #"ipam.type: "../bin/true" must be a name, not a path"#)
    }
}
