import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct StatusTests {
    /// What a runtime sends: the network's configuration, and nothing of a container.
    private func status(
        _ fixture: PluginFixture, _ members: String = "", version: String = "1.1.0",
        _ changes: [String: String] = [:]
    ) -> (output: String, status: Int32) {
        let input =
            #"{"cniVersion":"\#(version)","name":"sriov-net","type":"sriov""#
            + #","ipam":{"type":"scripted"}\#(members)}"#
        let variables = ["CNI_CONTAINERID": "", "CNI_NETNS": "", "CNI_IFNAME": ""]
        return fixture.call("STATUS", input, variables.merging(changes) { $1 })
    }

    private func refusal(_ code: UInt64, _ message: String) throws -> String {
        try errorDocument(code, message, version: "1.1.0")
    }

    /// A PF with one VF, which c1 has.
    private func full() throws -> PluginFixture {
        let fixture = try PluginFixture(.withVFs(1))
        try fixture.add()
        return fixture
    }

    @Test(arguments: [
        "", #","pf":"pf0""#, #","pf":"0000:01:00.0""#, #","deviceID":"0000:01:10.0""#,
    ])
    func nothingIsSaidWhenAnAddCouldBeServed(members: String) throws {
        let fixture = try PluginFixture()
        let before = fixture.host.kernel
        #expect(status(fixture, members) == ("", 0))
        #expect(fixture.ipam.calls == ["STATUS    "])
        #expect(
            fixture.ipam.input(of: "STATUS")
                == #"{"cniVersion":"1.1.0","name":"sriov-net","type":"sriov","#
                + #""ipam":{"type":"scripted"}\#(members)}"#)
        #expect(fixture.host.kernel == before)
        #expect(fixture.complaint == "")
    }

    @Test func aPFWithoutAFreeVFIsNotAvailable() throws {
        let fixture = try full()
        #expect(
            status(fixture, #","pf":"pf0""#).output
                == (try refusal(50, "pf0 has no free VF among its 1")))
        #expect(fixture.call("DEL").status == 0)
        #expect(status(fixture, #","pf":"pf0""#) == ("", 0))
    }

    @Test func countingCanBeSwitchedOff() throws {
        let fixture = try full()
        #expect(status(fixture, #","pf":"pf0","statusCapacity":false"#) == ("", 0))
    }

    @Test func aVFThatIsNamedIsNotAskedForBeingFree() throws {
        #expect(status(try full(), #","deviceID":"0000:01:10.0""#) == ("", 0))
    }

    @Test func aVFWhoseContainerIsGoneCountsAsFree() throws {
        let fixture = try full()
        fixture.host.deleteNamespace("/run/netns/c1")
        #expect(status(fixture, #","pf":"pf0""#) == ("", 0))
    }

    @Test func aVFWhoseWriterDiedCountsAsFree() throws {
        let fixture = try full()
        var record = try #require(fixture.store().attachments().first)
        record.phase = .preparing
        try fixture.store().update(record)
        #expect(status(fixture, #","pf":"pf0""#) == ("", 0))
    }

    @Test func aVFThatTheHostUsesIsNotFree() throws {
        let fixture = try PluginFixture(.withVFs(1))
        fixture.host.withKernel { kernel in
            guard let index = kernel.vfs[SimulatedHost.vfAddress(0)]?.linkIndex else { return }
            kernel.interfaces[index]?.link.controllerIndex = 9
        }
        #expect(
            status(fixture, #","pf":"pf0""#).output
                == (try refusal(50, "pf0 has no free VF among its 1")))
    }

    @Test func aPoolWithoutAFreeVFIsNotAvailable() throws {
        let fixture = try full()
        let path = fixture.ipam.directory + "/config.json"
        try Data(
            #"{"resourceList":[{"resourceName":"fast","selectors":{"pfNames":["pf0"]}}]}"#.utf8
        ).write(to: URL(filePath: path))
        let variables = ["VFMAP_CONFIG": path]
        #expect(
            status(fixture, #","pool":"fast""#, variables).output
                == (try refusal(50, "pool fast has no free VF among its 1")))
        #expect(
            status(fixture, #","pool":"fast","statusCapacity":false"#, variables) == ("", 0))
        #expect(
            status(fixture, #","pool":"slow""#, variables).output
                == (try refusal(7, #"pool "slow" is not in \#(path), which has fast"#)))
    }

    @Test func aPFThatIsDownOrGoneHasNoNetworkForAnybody() throws {
        let fixture = try PluginFixture(.withVFs(1, isPFUp: false))
        for members in [#","pf":"pf0""#, #","pf":"pf0","statusCapacity":false"#] {
            #expect(status(fixture, members).output == (try refusal(51, "pf0 is down")))
        }
        #expect(
            status(fixture, #","pf":"pf9""#).output
                == (try refusal(51, "pf9 is not a physical function with SR-IOV")))
        #expect(
            status(fixture, #","pf":"0000:09:00.0""#).output
                == (try refusal(51, "0000:09:00.0 is not a physical function with SR-IOV")))
        #expect(
            status(fixture, #","deviceID":"0000:09:10.0""#).output
                == (try refusal(51, "deviceID: there is no PCI function 0000:09:10.0")))
    }

    @Test func aStateFileThatCannotBeUsedIsNotAvailable() throws {
        let fixture = try PluginFixture()
        try Data("garbage".utf8).write(to: URL(filePath: fixture.statePath))
        let answer = status(fixture)
        #expect(answer.output.contains(#""code":50"#), "\(answer.output)")
        #expect(answer.output.contains(fixture.statePath), "\(answer.output)")
        #expect(fixture.ipam.calls == [])
    }

    /// Rights do not stop root, a file in the place of the directory does.
    @Test(arguments: ["VFMAP_STATE", "VFMAP_RUN"])
    func aPlaceThatCannotBeWrittenToIsNotAvailable(variable: String) throws {
        let fixture = try PluginFixture()
        let file = fixture.ipam.directory + "/file"
        try Data().write(to: URL(filePath: file))
        let answer = status(fixture, "", [variable: file + "/directory/state.db"])
        #expect(answer.output.contains(#""code":50"#), "\(answer.output)")
        #expect(answer.output.contains(file), "\(answer.output)")
    }

    @Test func aWrongConfigurationIsTheErrorOfAdd() throws {
        let fixture = try PluginFixture()
        #expect(
            status(fixture, #","vlan":4095"#).output
                == (try refusal(7, "vlan: must be an integer from 0 to 4094, not 4095")))
        #expect(
            fixture.call(
                "STATUS", fixture.configuration(version: "1.1.0", ipam: #"{"type":"unknown"}"#)
            ).output
                == (try errorDocument(
                    7, #"ipam.type: there is no plugin "unknown" in CNI_PATH"#,
                    details: fixture.ipam.directory, version: "1.1.0")))
    }

    @Test func aFailureAtAnyStepIsReportedAndChangesNothing() throws {
        for step in 1... {
            let fixture = try full()
            let before = fixture.host.kernel
            fixture.host.arm(.fail(at: step))
            let answer = status(fixture, #","pf":"pf0""#)
            guard fixture.host.faultWasReached else {
                #expect(step > 3)
                break
            }
            #expect(answer.status == 1, "step \(step)")
            // A namespace that cannot be opened by one path may be found by another: the answer is known then.
            #expect(
                answer.output.contains("EIO")
                    || answer.output.contains("has no free VF among its 1"),
                "step \(step): \(answer.output)")
            #expect(fixture.host.kernel == before, "step \(step)")
        }
    }

    @Test func aDeviceThatIsNoVFIsTheErrorOfAdd() throws {
        #expect(
            status(try PluginFixture(), #","deviceID":"0000:01:00.0""#).output
                == (try refusal(7, "0000:01:00.0 is a physical function, not a virtual one")))
    }

    @Test(
        arguments: [
            ("", 6, "stdin is empty"), ("[]", 6, "stdin must be a JSON object, not an array"),
            (#"{"cniVersion":"1.1.0"}"#, 7, "missing network name"),
            (#"{"cniVersion":5,"name":"a"}"#, 6, "cniVersion: must be a string, not a number"),
            (#"{"cniVersion":"7","name":"a"}"#, 1, "incompatible CNI versions"),
        ] as [(String, UInt64, String)], ["STATUS", "GC"])
    func inputThatTellsNothingIsRefused(
        input: (text: String, code: UInt64, message: String), command: String
    ) throws {
        let fixture = try PluginFixture()
        try fixture.add()
        let before = fixture.host.kernel
        let answer = fixture.call(command, input.text)
        #expect(answer.output.contains("\"code\":\(input.code),"), "\(answer.output)")
        #expect(answer.output.contains(input.message), "\(answer.output)")
        #expect(fixture.host.kernel == before)
        #expect(fixture.ipam.calls == ["ADD c1 net1 /run/netns/c1 "])
    }

    @Test func anUnknownLogLevelIsAWarning() throws {
        let fixture = try PluginFixture()
        #expect(status(fixture, #","logLevel":"loud""#) == ("", 0))
        #expect(
            fixture.complaint
                == #"level=warning msg="logLevel: \"loud\" is not known, using info""# + "\n")
    }

    @Test func theIPAMPluginsErrorIsPassedOn() throws {
        let fixture = try PluginFixture(
            ipam: #"echo '{"code":51,"msg":"pool empty","details":"10.1.0.0/24"}'; exit 1"#)
        #expect(
            status(fixture).output
                == (try errorDocument(
                    51, "pool empty", details: "10.1.0.0/24", version: "1.1.0")))
    }

    /// What plugins made for 1.0.0 answer to a command about no container: Debian's the first.
    @Test(arguments: [
        #"{"code":3,"msg":"missing containerID"}"#,
        #"{"code":4,"msg":"unknown CNI_COMMAND: STATUS"}"#,
    ])
    func anIPAMPluginThatDoesNotKnowStatusIsNoFailure(document: String) throws {
        let fixture = try PluginFixture(ipam: "echo '\(document)'; exit 1")
        #expect(status(fixture) == ("", 0))
        #expect(fixture.ipam.calls == ["STATUS    ", "VERSION    "])
        try fixture.ipam.install(
            #"[ $CNI_COMMAND = VERSION ] && echo '{"supportedVersions":["1.0.0","1.1.0"]}'"#
                + " || { echo '\(document)'; exit 1; }")
        #expect(status(fixture) == ("", 0))
    }

    @Test func anIPAMPluginThatSaysItDoesNotSpeakTheVersionIsAFailure() throws {
        let fixture = try PluginFixture(
            ipam: #"[ $CNI_COMMAND = VERSION ] && echo '{"supportedVersions":["0.4.0","1.0.0"]}'"#
                + #" || { echo '{"code":3,"msg":"missing containerID"}'; exit 1; }"#)
        #expect(
            status(fixture).output
                == (try refusal(50, "IPAM plugin scripted does not speak cniVersion 1.1.0")))
    }

    /// One that does not speak the version could not serve an ADD either.
    @Test func anIPAMPluginThatDoesNotKnowTheVersionIsAFailure() throws {
        let fixture = try PluginFixture(
            ipam: #"echo '{"code":1,"msg":"incompatible CNI versions"}'; exit 1"#)
        #expect(status(fixture).output == (try refusal(1, "incompatible CNI versions")))
    }

    @Test func configurationsBefore1_1AreRefused() throws {
        #expect(
            status(try PluginFixture(), version: "1.0.0").output
                == (try errorDocument(1, "config version does not allow STATUS")))
    }
}
