import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What is wrong with the input, on ADD: one error that names it, and nothing is changed.
@Suite struct BadInputTests {
    /// A call with something wrong, and the error document that answers it.
    struct Case: Sendable, CustomTestStringConvertible {
        var members = ""
        var device = "0000:01:10.0"
        var ipam = #"{"type":"scripted"}"#
        var version = "1.0.0"
        /// Instead of a configuration; nil for one of the members above.
        var input: String?
        var variables: [String: String] = [:]
        let code: UInt64
        let message: String
        var details = ""
        /// That of the answer; the newest where the input's is not known.
        var answerVersion = "1.0.0"

        var testDescription: String { message }
    }

    static let cases = [
        Case(
            members: #""vlan":4095"#, code: 7,
            message: "vlan: must be an integer from 0 to 4094, not 4095"),
        Case(
            members: #""vlan":"100""#, code: 7,
            message: "vlan: must be an integer from 0 to 4094, not a string"),
        Case(members: #""vlanQoS":1"#, code: 7, message: "vlanQoS: needs vlan"),
        Case(
            members: #""spoofchk":"yes""#, code: 7,
            message: #"spoofchk: must be on or off, not "yes""#),
        Case(
            members: #""trust":"true""#, code: 7,
            message: #"trust: must be on or off, not "true""#),
        Case(
            members: #""link_state":"up""#, code: 7,
            message: #"link_state: must be auto, enable or disable, not "up""#),
        Case(
            members: #""mac":"01:00:00:00:00:01""#, code: 7,
            message: #"mac: must be a unicast address, not "01:00:00:00:00:01""#),
        Case(
            members: #""mac":"00:00:00:00:00:00""#, code: 7,
            message: "mac: must not be all zero"),
        Case(
            members: #""mac":"02:00""#, code: 7,
            message: #"mac: must be a MAC address such as 02:11:22:33:44:55, not "02:00""#),
        Case(
            members: #""min_tx_rate":2,"max_tx_rate":1"#, code: 7,
            message: "min_tx_rate: must not be above max_tx_rate, 2 is above 1"),
        Case(
            device: "", code: 7,
            message: "deviceID: missing, must be the PCI address of a VF, such as 0000:03:10.2, "
                + "unless there is pf or pool"),
        Case(
            device: "../../0000:01:10.0", code: 7,
            message: "deviceID: must be the PCI address of a VF, such as 0000:03:10.2, "
                + #"not "../../0000:01:10.0""#),
        Case(
            device: "0000:09:10.0", code: 100,
            message: "there is no PCI function 0000:09:10.0"),
        Case(
            device: "0000:01:00.0", code: 7,
            message: "0000:01:00.0 is a physical function, not a virtual one"),
        Case(
            variables: ["CNI_NETNS": "/run/netns/none"], code: 8,
            message: "CNI_NETNS: open network namespace of c1: "
                + "network namespace /run/netns/none does not exist"),
        Case(
            variables: ["CNI_NETNS": "/proc/self/ns/net"], code: 8,
            message: "CNI_NETNS: /proc/self/ns/net is the host's own network namespace"),
        Case(
            variables: ["CNI_IFNAME": "taken"], code: 107,
            message: "interface taken already exists in /run/netns/c1"),
        Case(
            variables: ["CNI_IFNAME": "a/b"], code: 4,
            message: "interface name contains / or : or whitespace characters",
            details: "a/b"),
        Case(
            variables: ["CNI_CONTAINERID": "../x"], code: 4,
            message: "invalid characters in containerID", details: "../x"),
        Case(
            variables: ["CNI_NETNS": "", "CNI_PATH": ""], code: 4,
            message: "required env variables [CNI_NETNS,CNI_PATH] missing",
            answerVersion: "1.1.0"),
        Case(
            variables: ["CNI_ARGS": "FOO=1"], code: 4,
            message: "CNI_ARGS: unknown keys [FOO] and no IgnoreUnknown=1"),
        Case(input: "", code: 6, message: "stdin is empty", answerVersion: "1.1.0"),
        Case(
            input: "[]", code: 6, message: "stdin must be a JSON object, not an array",
            answerVersion: "1.1.0"),
        Case(input: #"{"cniVersion":"1.0.0"}"#, code: 7, message: "missing network name"),
        Case(
            version: "1.2.0", code: 1, message: "incompatible CNI versions",
            details: #"config is "1.2.0", plugin supports ["#
                + #""0.1.0" "0.2.0" "0.3.0" "0.3.1" "0.4.0" "1.0.0" "1.1.0"]"#,
            answerVersion: "1.1.0"),
        Case(
            ipam: #"{"type":"../scripted"}"#, code: 7,
            message: #"ipam.type: "../scripted" must be a name, not a path"#),
        Case(
            members: #""pf":"pf0""#, code: 7, message: "pf: must not be given with deviceID"),
        Case(
            members: #""pool":"p""#, code: 7, message: "pool: must not be given with deviceID"),
        Case(
            members: #""pf":"a/b""#, code: 7,
            message: "pf: must be the PCI address of a PF or the name of its interface, "
                + #"not "a/b""#),
        Case(
            members: #""pf":"pf7""#, device: "", code: 100,
            message: "pf7 is not a physical function with SR-IOV"),
        Case(
            members: #""pciBusID":"0000:01:10.2""#, code: 7,
            message: "pciBusID: 0000:01:10.2 contradicts deviceID 0000:01:10.0"),
        Case(
            members: #""runtimeConfig":{"deviceID":"x"}"#, code: 7,
            message: "runtimeConfig.deviceID: must be the PCI address of a VF, such as "
                + #"0000:03:10.2, not "x""#),
        Case(
            members: #""statusCapacity":"no""#, code: 7,
            message: "statusCapacity: must be true or false, not a string"),
        Case(
            members: #""prevResult":[]"#, code: 7,
            message: "prevResult: must be an object, not an array"),
    ]

    @Test(arguments: cases)
    func nothingIsChangedAndTheErrorNamesIt(bad: Case) throws {
        let fixture = try prepared()
        let before = fixture.host.kernel
        let input =
            bad.input
            ?? fixture.configuration(
                bad.members, version: bad.version, device: bad.device, ipam: bad.ipam)
        let answer = fixture.call("ADD", input, bad.variables)
        #expect(answer.status == 1)
        #expect(
            answer.output
                == (try errorDocument(
                    bad.code, bad.message, details: bad.details, version: bad.answerVersion)))
        #expect(fixture.host.kernel == before)
        #expect(fixture.ipam.calls == [])
        #expect(!FileManager.default.fileExists(atPath: fixture.statePath))
    }

    /// Whatever was wrong with an ADD, the runtime's DEL after it succeeds if it tells whose it is.
    @Test(arguments: cases)
    func theDelAfterItChangesNothing(bad: Case) throws {
        let fixture = try prepared()
        let before = fixture.host.kernel
        let input =
            bad.input
            ?? fixture.configuration(
                bad.members, version: bad.version, device: bad.device, ipam: bad.ipam)
        let answer = fixture.call("DEL", input, bad.variables)
        let tellsWhose =
            bad.input == nil && bad.code != 4 || bad.variables["CNI_ARGS"] != nil
        #expect(answer.status == (tellsWhose ? 0 : 1), "\(answer.output)")
        #expect(fixture.host.kernel == before)
    }

    @Test func anUnknownIPAMPluginIsRefusedBeforeAnything() throws {
        let fixture = try prepared()
        let before = fixture.host.kernel
        let input = fixture.configuration(ipam: #"{"type":"unknown"}"#)
        let answer = fixture.call("ADD", input)
        #expect(
            answer.output
                == (try errorDocument(
                    7, #"ipam.type: there is no plugin "unknown" in CNI_PATH"#,
                    details: fixture.ipam.directory)))
        #expect(fixture.host.kernel == before)
        #expect(fixture.call("DEL", input).status == 0)
    }

    @Test func theOldestVersionsNeedAnAddressAndThusAnIPAM() throws {
        let fixture = try prepared()
        let before = fixture.host.kernel
        let answer = fixture.call("ADD", fixture.configuration(version: "0.2.0", ipam: "{}"))
        #expect(
            answer.output
                == (try errorDocument(
                    7, "ipam: missing, a result of cniVersion 0.2.0 needs an IP address",
                    version: "0.2.0")))
        #expect(fixture.host.kernel == before)
    }

    enum StateFile: String, CaseIterable, Sendable {
        case corrupt, newer, directory, unwritable
    }

    @Test(arguments: StateFile.allCases)
    func anUnusableStateFileKeepsTheVFWhereItIs(kind: StateFile) throws {
        let fixture = try prepared()
        let before = fixture.host.kernel
        let path = try makeUnusable(kind, in: fixture)
        let answer = fixture.call("ADD", nil, ["VFMAP_STATE": path])
        #expect(answer.status == 1)
        #expect(answer.output.contains(#""code":104"#), "\(answer.output)")
        #expect(answer.output.contains(path), "\(answer.output)")
        #expect(fixture.host.kernel == before)
        #expect(fixture.ipam.calls == [])
    }

    @Test(arguments: StateFile.allCases)
    func anUnusableStateFileDoesNotKeepADelFromReleasing(kind: StateFile) throws {
        let fixture = try prepared()
        let input = fixture.configuration(#""vlan":7,"trust":"on""#)
        try fixture.add(input)
        let path = try makeUnusable(kind, in: fixture)
        let answer = fixture.call("DEL", input, ["VFMAP_STATE": path])
        #expect(answer.status == 0, "\(answer.output)")
        #expect(answer.output == "")
        #expect(fixture.interface?.namespace == 0)
        #expect(fixture.interface?.link.name == "pf0v0")
        let info = fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)]?.info
        #expect(info?.vlans == [])
        #expect(info?.trust == false)
        #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ")
        #expect(fixture.complaint.contains("level=warning"))
    }

    private func prepared() throws -> PluginFixture {
        let fixture = try PluginFixture()
        fixture.host.withKernel { kernel in
            _ = kernel.addInterface(named: "taken", mac: [2, 0, 0, 0, 9, 9], in: 1)
        }
        return fixture
    }

    /// - Returns: The path of the state file.
    private func makeUnusable(_ kind: StateFile, in fixture: PluginFixture) throws -> String {
        let path = "\(fixture.ipam.directory)/\(kind.rawValue).db"
        switch kind {
        case .corrupt:
            try Data(repeating: 0x61, count: 8192).write(to: URL(filePath: path))
        case .directory:
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        case .unwritable:
            // Rights do not stop root, a file in the place of the directory does.
            try Data().write(to: URL(filePath: path))
            return path + "/state.db"
        case .newer:
            // Two versions: one is not too new.
            let later = StateSchema(
                steps: StateSchema.current.steps + [["CREATE TABLE later (id INTEGER)"], []])
            let address = SimulatedHost.vfAddress(1)
            let owner = AttachmentOwner(
                frontEnd: "cni", network: "n", container: "c9", interfaceName: "net1")
            let identity = NamespaceIdentity(device: 1, inode: 2, cookie: nil)
            try AttachmentStore(path: path, boot: fixture.host.kernel.boot, schema: later).insert(
                Attachment(
                    owner: owner, subject: .function(address), phase: .attached,
                    boot: fixture.host.kernel.boot,
                    placement: .moved(.seen(path: "/x", identity)), settings: VFSettings(),
                    interfaces: [], originalInfo: nil,
                    originalDriver: nil, frontEndData: nil, created: 0))
        }
        return path
    }
}
