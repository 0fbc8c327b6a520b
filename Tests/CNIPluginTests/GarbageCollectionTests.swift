import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct GarbageCollectionTests {
    /// A network `sriov-net` with the containers c1 to c3 on the first three VFs, and `other-net` with c4.
    private func attached(
        ipam: String = PluginFixture.givesOneAddress
    ) throws -> PluginFixture {
        let fixture = try PluginFixture(.withVFs(4), ipam: ipam)
        for number in 2...4 { fixture.host.makeNamespace("/run/netns/c\(number)") }
        for number in 1...4 {
            try fixture.add(input(number), variables(number))
        }
        return fixture
    }

    private func input(_ number: Int) -> String {
        let name = number == 4 ? "other-net" : "sriov-net"
        return #"{"cniVersion":"1.1.0","name":"\#(name)","type":"sriov","vlan":7,"#
            + #""deviceID":"\#(SimulatedHost.vfAddress(number - 1))","#
            + #""ipam":{"type":"scripted","number":\#(number)}}"#
    }

    private func variables(_ number: Int) -> [String: String] {
        ["CNI_CONTAINERID": "c\(number)", "CNI_NETNS": "/run/netns/c\(number)"]
    }

    /// What a runtime sends: no container in the environment, and the list in the configuration.
    private func collect(
        _ fixture: PluginFixture, _ members: String, version: String = "1.1.0",
        lock: Duration = .seconds(300)
    ) -> (output: String, status: Int32) {
        fixture.call(
            "GC",
            #"{"cniVersion":"\#(version)","name":"sriov-net","type":"sriov","#
                + #""ipam":{"type":"scripted"}\#(members)}"#,
            ["CNI_CONTAINERID": "", "CNI_NETNS": "", "CNI_IFNAME": ""], lock: lock)
    }

    private func owners(_ fixture: PluginFixture) throws -> [String] {
        try fixture.store().attachments().map(\.owner.container).sorted()
    }

    private func vlans(_ fixture: PluginFixture) -> [Int] {
        (0..<4).map {
            Int(fixture.host.kernel.vfs[SimulatedHost.vfAddress($0)]?.info.vlan.identifier ?? 0)
        }
    }

    @Test(arguments: ["cni.dev/valid-attachments", "cni.dev/attachments"])
    func onlyWhatIsListedStays(key: String) throws {
        let fixture = try attached()
        let answer = collect(fixture, #","\#(key)":[{"containerID":"c2","ifname":"net1"}]"#)
        #expect(answer == ("", 0))
        #expect(try owners(fixture) == ["c2", "c4"])
        #expect(vlans(fixture) == [0, 7, 0, 7])
        let home = fixture.host.kernel.interfaces.values.filter { $0.namespace == 0 }
            .map(\.link.name).sorted()
        #expect(home == ["pf0", "pf0v0", "pf0v2"])
        #expect(
            fixture.ipam.calls.suffix(3) == [
                "DEL c1 net1 /run/netns/c1 ", "DEL c3 net1 /run/netns/c3 ", "GC    ",
            ])
        #expect(fixture.ipam.input(of: "DEL") == input(3))
        #expect(
            fixture.ipam.input(of: "GC")
                == #"{"cniVersion":"1.1.0","name":"sriov-net","type":"sriov","#
                + #""ipam":{"type":"scripted"},"\#(key)":[{"containerID":"c2","ifname":"net1"}]}"#
        )
    }

    @Test func theCurrentKeyGoesBeforeTheEarlierOne() throws {
        let fixture = try attached()
        let answer = collect(
            fixture,
            #","cni.dev/attachments":[],"cni.dev/valid-attachments":["#
                + #"{"containerID":"c1","ifname":"net1"},{"containerID":"c2","ifname":"net1"},"#
                + #"{"containerID":"c3","ifname":"net2"}]"#)
        #expect(answer == ("", 0))
        #expect(try owners(fixture) == ["c1", "c2", "c4"])
    }

    @Test(arguments: ["[]", "null"])
    func anEmptyListMakesAllOfThisNetworkStale(list: String) throws {
        let fixture = try attached()
        #expect(collect(fixture, #","cni.dev/valid-attachments":\#(list)"#) == ("", 0))
        #expect(try owners(fixture) == ["c4"])
        #expect(vlans(fixture) == [0, 0, 0, 7])
    }

    @Test func withoutAListOnlyTheIPAMPluginIsAsked() throws {
        let fixture = try attached()
        let before = fixture.host.kernel
        #expect(collect(fixture, "") == ("", 0))
        #expect(fixture.host.kernel == before)
        #expect(try owners(fixture) == ["c1", "c2", "c3", "c4"])
        #expect(fixture.ipam.calls.last == "GC    ")
    }

    @Test func theRecordsOfOtherFrontEndsAreNotTouched() throws {
        let fixture = try attached()
        var record = try #require(fixture.store().attachments().first)
        try fixture.store().remove(record)
        record.owner.frontEnd = "docker"
        try fixture.store().insert(record)
        #expect(collect(fixture, #","cni.dev/valid-attachments":[]"#) == ("", 0))
        #expect(try owners(fixture) == ["c1", "c4"])
    }

    @Test func itGoesOnAfterAFailureAndReportsAll() throws {
        let fixture = try attached(
            ipam: PluginFixture.givesOneAddress
                + #"; case "$CNI_COMMAND$CNI_CONTAINERID" in "#
                + #"DELc1) echo '{"code":11,"msg":"busy"}'; exit 1;; "#
                + #"GC) echo '{"code":999,"msg":"no room"}'; exit 1;; esac"#)
        let answer = collect(fixture, #","cni.dev/valid-attachments":[]"#)
        #expect(
            answer.output
                == (try errorDocument(
                    11,
                    "VF 0000:01:10.0 of cni sriov-net c1/net1 is not wholly released: busy; no room",
                    version: "1.1.0")))
        // The VF is free of its container and its settings; the record keeps the address.
        #expect(vlans(fixture) == [0, 0, 0, 7])
        #expect(try owners(fixture) == ["c1", "c4"])
    }

    @Test func aVFThatSomebodyWorksOnIsLeftToThem() throws {
        let fixture = try attached()
        let lock = try LockDirectory(path: fixture.ipam.directory + "/locks").lock(
            SimulatedHost.vfAddress(0), .exclusive, deadline: Deadline(after: .zero))
        let answer = withExtendedLifetime(lock) {
            collect(fixture, #","cni.dev/valid-attachments":[]"#, lock: .milliseconds(100))
        }
        #expect(
            answer.output
                == (try errorDocument(
                    11,
                    "0000:01:10.0 is being worked on by another process, waited 0.1 seconds",
                    version: "1.1.0")))
        #expect(try owners(fixture) == ["c1", "c4"])
        #expect(fixture.ipam.calls.last == "GC    ")
    }

    @Test func aVanishedNamespaceIsNoObstacle() throws {
        let fixture = try attached()
        fixture.host.deleteNamespace("/run/netns/c1")
        #expect(collect(fixture, #","cni.dev/valid-attachments":[]"#) == ("", 0))
        #expect(try owners(fixture) == ["c4"])
        #expect(fixture.interface?.namespace == 0)
    }

    @Test func addressesFromBeforeTheLastBootAreGivenBack() throws {
        let fixture = try attached()
        fixture.host.withKernel { $0.boot = BootIdentity(rawValue: "second-boot") }
        let before = fixture.host.kernel
        #expect(
            collect(
                fixture,
                #","cni.dev/valid-attachments":[{"containerID":"c1","ifname":"net1"}]"#)
                == ("", 0))
        #expect(fixture.host.kernel == before)
        #expect(
            try fixture.store().leasesOfOtherBoots().attachments.map(\.owner.container).sorted()
                == ["c1", "c4"])
        #expect(
            fixture.ipam.calls.suffix(3) == [
                "DEL c2 net1 /run/netns/c2 ", "DEL c3 net1 /run/netns/c3 ", "GC    ",
            ])
    }

    /// What plugins made for 1.0.0 answer: Debian's miss the container first, others do not know the command or
    /// the version.
    @Test(arguments: [
        #"{"code":3,"msg":"missing containerID"}"#,
        #"{"code":4,"msg":"unknown CNI_COMMAND: GC"}"#,
        #"{"code":1,"msg":"incompatible CNI versions"}"#,
    ])
    func anIPAMPluginThatDoesNotKnowGCIsNoFailure(document: String) throws {
        let fixture = try PluginFixture(ipam: "echo '\(document)'; exit 1")
        #expect(collect(fixture, "") == ("", 0))
    }

    @Test(
        arguments: [
            (
                #","cni.dev/valid-attachments":[{"containerID":"c1"}]"#, 7,
                "cni.dev/valid-attachments[0].ifname: missing"
            ),
            (
                #","cni.dev/valid-attachments":[{"containerID":5,"ifname":"net1"}]"#, 7,
                "cni.dev/valid-attachments[0].containerID: must be a string, not a number"
            ),
            (
                #","cni.dev/valid-attachments":{}"#, 7,
                "cni.dev/valid-attachments: must be an array, not an object"
            ),
            (
                #","cni.dev/valid-attachments":["c1"]"#, 7,
                "cni.dev/valid-attachments[0]: must be an object, not a string"
            ),
        ] as [(String, UInt64, String)])
    func aListThatCannotBeUnderstoodTakesNothing(
        members: String, code: UInt64, message: String
    ) throws {
        let fixture = try attached()
        let before = fixture.host.kernel
        let calls = fixture.ipam.calls
        let answer = collect(fixture, members)
        #expect(answer.output == (try errorDocument(code, message, version: "1.1.0")))
        #expect(fixture.host.kernel == before)
        #expect(try owners(fixture).count == 4)
        #expect(fixture.ipam.calls == calls)
    }

    @Test func configurationsBefore1_1AreRefused() throws {
        let fixture = try attached()
        let answer = collect(fixture, #","cni.dev/valid-attachments":[]"#, version: "1.0.0")
        #expect(answer.output == (try errorDocument(1, "config version does not allow GC")))
        #expect(try owners(fixture).count == 4)
    }

    @Test func wrongSettingsDoNotKeepItFromItsWork() throws {
        let fixture = try attached()
        let members = #","vlan":"x","deviceID":"y","cni.dev/valid-attachments":[]"#
        #expect(collect(fixture, members) == ("", 0))
        #expect(try owners(fixture) == ["c4"])
    }

    @Test func anUnusableStateFileIsAnErrorAfterTheIPAMPluginDidItsPart() throws {
        let fixture = try PluginFixture()
        try Data("garbage".utf8).write(to: URL(filePath: fixture.statePath))
        let answer = collect(fixture, #","cni.dev/valid-attachments":[]"#)
        #expect(answer.status == 1)
        #expect(answer.output.contains(#""code":104"#), "\(answer.output)")
        #expect(fixture.ipam.calls == ["GC    "])
    }

    @Test func aFailureAtAnyStepIsMadeGoodByTheNextCollection() throws {
        for step in 1... {
            let fixture = try PluginFixture()
            let before = fixture.machine
            try fixture.add(fixture.configuration(#""vlan":7"#, version: "1.1.0"))
            fixture.host.arm(.die(at: step))
            _ = collect(fixture, #","cni.dev/valid-attachments":[]"#)
            let wasReached = fixture.host.faultWasReached
            fixture.host.arm(.none)
            #expect(collect(fixture, #","cni.dev/valid-attachments":[]"#) == ("", 0))
            #expect(fixture.machine == before, "step \(step)")
            #expect(try fixture.store().attachments() == [], "step \(step)")
            guard wasReached else {
                #expect(step > 5)
                break
            }
        }
    }
}
