import CNI
import CNIPlugin
import Foundation
import LinuxSystem
import SRIOV
import SimulatedHost
import Synchronization
import Testing

@Suite struct CNIDispatcherTests {
    private struct Unexpected: Error {}

    /// A call that must touch neither standard input nor the host.
    private func answer(_ environment: [String: String]) -> (
        output: String, status: Int32, complaint: String
    ) {
        let complaint = Lines()
        let dispatcher = CNIDispatcher<SimulatedHost>(
            environment: .other(environment),
            readInput: {
                Issue.record("standard input was read")
                throw Unexpected()
            },
            makeHost: {
                Issue.record("the host was touched")
                throw Unexpected()
            }, writeError: complaint.append)
        let answer = dispatcher.run()
        return (String(decoding: answer.output, as: UTF8.self), answer.status, complaint.text)
    }

    private final class Lines: Sendable {
        private let value = Mutex("")
        var text: String { value.withLock { $0 } }
        func append(_ more: String) { value.withLock { $0 += more } }
    }

    @Test(arguments: [
        ["CNI_COMMAND": "VERSION"],
        [
            "CNI_COMMAND": "VERSION", "CNI_ARGS": "", "CNI_CONTAINERID": "",
            "CNI_IFNAME": "dummy", "CNI_NETNS": "dummy", "CNI_PATH": "dummy",
        ],
    ])
    func versionsAreToldWithoutReadingAnything(environment: [String: String]) {
        let answer = answer(environment)
        #expect(
            answer.output == #"{"cniVersion":"1.1.0","supportedVersions":["#
                + #""0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"# + "\n")
        #expect(answer.status == 0)
        #expect(answer.complaint == "")
    }

    @Test func withoutACommandThePluginIntroducesItself() {
        let answer = answer(["CNI_PATH": "/opt/cni/bin"])
        #expect(answer.output == "")
        #expect(answer.status == 0)
        #expect(
            answer.complaint == """
                CNI plugin sriov of vfmap
                CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0

                """)
    }

    @Test func anUnknownCommandIsAnError() throws {
        let answer = answer(["CNI_COMMAND": "UPDATE", "CNI_PATH": "/opt/cni/bin"])
        #expect(
            answer.output
                == (try errorDocument(4, "unknown CNI_COMMAND: UPDATE", version: "1.1.0")))
        #expect(answer.status == 1)
    }

    @Test func missingVariablesAreAnErrorBeforeInputIsRead() throws {
        let answer = answer(["CNI_COMMAND": "ADD", "CNI_PATH": "/opt/cni/bin"])
        #expect(
            answer.output
                == (try errorDocument(
                    4,
                    "required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME] missing",
                    version: "1.1.0")))
    }

    @Test func anErrorIsInTheLogFileAsWell() throws {
        let fixture = try PluginFixture()
        let path = fixture.ipam.directory + "/log"
        let answer = fixture.call(
            "ADD", fixture.configuration(#""vlan":9999,"logFile":"\#(path)""#))
        #expect(answer.status == 1)
        let log = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            log.hasSuffix(
                #" level=error msg="vlan: must be an integer from 0 to 4094, not 9999""#
                    + " container=c1 netns=/run/netns/c1 ifname=net1\n"))
        #expect(fixture.complaint == "")
    }

    @Test func everyCodeOfAnErrorHasItsNumber() {
        let numbers = ManagerError.Code.allCases.map {
            CNIError(reporting: ManagerError($0, "x")).code.rawValue
        }
        #expect(numbers == [7, 100, 101, 11, 107, 102, 8, 103, 11, 104, 11, 999])
    }

    /// A single character of nearly 1 MiB, where the error and its details quote what was given.
    @Test func anErrorAndItsLineInTheLogAreShortWhateverTheyQuote() throws {
        let fixture = try PluginFixture()
        let long = "e" + String(repeating: "\u{301}", count: 200_000)
        let answer = fixture.call(
            "ADD",
            fixture.configuration(
                #""spoofchk":"\#(long)","trust":"\#(long)","logLevel":"\#(long)""#))
        #expect(answer.status == 1)
        #expect(answer.output.hasPrefix(#"{"cniVersion":"1.0.0","code":7,"#))
        #expect(answer.output.utf8.count < 20_000)
        #expect(fixture.complaint.utf8.count < 40_000)
    }
}
