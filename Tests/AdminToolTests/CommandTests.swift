import AdminTool
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// The commands from arguments to text, on a simulated machine with a real state file.
@Suite struct CommandTests {
    private static let headings =
        "VF            PF   #  DRIVER  INTERFACE  MAC                VLAN  STATE  OWNER\n"

    @Test func listIsTheDefault() throws {
        try AdminFixture.with { fixture in
            let expected =
                Self.headings
                    + """
                    0000:01:10.0  pf0  0  igbvf   pf0v0      02:00:01:00:00:00  -     free   -
                    0000:01:10.2  pf0  1  igbvf   pf0v1      02:00:01:00:00:01  -     free   -

                    """
            #expect(fixture.run() == .init(output: expected, errors: [], status: .success))
            #expect(fixture.run("list") == fixture.run())
        }
    }

    @Test func optionsReachTheDefaultCommand() throws {
        try AdminFixture.with(vfs: 0) { fixture in
            #expect(
                fixture.run("--pfs").output == """
                    ADDRESS       INTERFACE  DRIVER  VFS  NUMA  LINK  ESWITCH  DEVICE
                    0000:01:00.0  pf0        igb     0/7     -  up    legacy   \
                    Intel Corporation 82576 Gigabit Network Connection

                    """)
            #expect(
                fixture.run().output == "VF  PF  #  DRIVER  INTERFACE  MAC  VLAN  STATE  OWNER\n")
        }
    }

    @Test func attachListDetach() throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            let attached = fixture.run(
                "attach", "0000:01:10.0", "--netns", "blue", "--vlan", "100", "--mac",
                "02:11:22:33:44:55")
            #expect(
                attached
                    == .init(
                        output: "0000:01:10.0 attached to cli blue/net1: net1 in /run/netns/blue, "
                            + "MAC 02:11:22:33:44:55\n",
                        errors: [], status: .success))
            #expect(
                fixture.run("list").output == """
                    VF            PF   #  DRIVER  INTERFACE  MAC                VLAN  STATE     \
                    OWNER
                    0000:01:10.0  pf0  0  igbvf   net1       02:11:22:33:44:55  100   attached  \
                    cli blue/net1
                    0000:01:10.2  pf0  1  igbvf   pf0v1      02:00:01:00:00:01  -     free      -

                    """)
            let detached = fixture.run("detach", "0000:01:10.0")
            #expect(
                detached
                    == .init(
                        output: "0000:01:10.0 detached from cli blue/net1\n", errors: [],
                        status: .success))
            #expect(
                fixture.host.kernel.pristinePart.vfs.mapValues(\.info)
                    == before.pristinePart.vfs.mapValues(\.info))
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    @Test func attachTakesAnyFreeVFOfAPF() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "pf0v0", "--netns", "blue")
            let second = fixture.run(
                "attach", "--pf", "pf0", "--netns", "/run/netns/red", "--ifname", "eth1",
                "--container", "web", "--format", "json")
            #expect(
                second.output == """
                    {
                      "effectiveMac" : "02:00:01:00:00:01",
                      "interface" : "eth1",
                      "mtu" : 1500,
                      "namespace" : "/run/netns/red",
                      "owner" : {
                        "container" : "web",
                        "frontEnd" : "cli",
                        "interface" : "eth1"
                      },
                      "virtualFunction" : "0000:01:10.2"
                    }

                    """)
            let third = fixture.run("attach", "--pf", "pf0", "--netns", "red")
            #expect(
                third
                    == .init(
                        output: "",
                        errors: ["vfmap: attach red/net1: pf0 has no free VF among its 2"],
                        status: .inUse))
        }
    }

    @Test func dryRunsChangeNothing() throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            let attach = fixture.run(
                "attach", "0000:01:10.0", "--netns", "blue", "--vlan", "100", "--vlan-qos", "3",
                "--trust", "on", "--mac", "02:11:22:33:44:55", "--mtu", "9000", "--promisc", "on",
                "--allmulti", "off", "--dry-run")
            #expect(
                attach.output == """
                    attach 0000:01:10.0 to /run/netns/blue
                      set VLAN of VF 0 to 100 qos 3
                      set trust of VF 0 to on
                      set MAC address of VF 0 to 02:11:22:33:44:55
                      set MAC address of pf0v0 to 02:11:22:33:44:55
                      move pf0v0 to /run/netns/blue as net1
                      set MTU of net1 to 9000
                      turn promiscuous mode of net1 on
                      turn all-multicast mode of net1 off
                      bring net1 up

                    """)
            let create = fixture.run("create", "--pf", "pf0", "--count", "3", "--dry-run")
            #expect(
                create.output == "remove 2 VFs of 0000:01:00.0\ncreate 3 VFs of 0000:01:00.0\n")
            let same = fixture.run("create", "--pf", "pf0", "--count", "2", "--dry-run")
            #expect(same.output == "nothing to do: 0000:01:00.0 has 2 VFs\n")
            #expect(fixture.host.kernel == before)
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    @Test func createPrintsTheNewVFs() throws {
        try AdminFixture.with { fixture in
            let run = fixture.run("create", "--pf", "0000:01:00.0", "--count", "3")
            #expect(
                run.output == Self.headings
                    + """
                    0000:01:10.0  pf0  0  igbvf   pf0v0      02:00:01:00:00:00  -     free   -
                    0000:01:10.2  pf0  1  igbvf   pf0v1      02:00:01:00:00:01  -     free   -
                    0000:01:10.4  pf0  2  igbvf   pf0v2      02:00:01:00:00:02  -     free   -

                    """)
            #expect(fixture.host.kernel.vfs.count == 3)
            #expect(fixture.run("create", "--pf", "pf0", "--count", "0").status == .success)
            #expect(fixture.host.kernel.vfs.isEmpty)
        }
    }

    @Test func createRefusesWhileVFsHaveRecords() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.2", "--netns", "blue")
            let before = fixture.host.kernel
            let dry = fixture.run("create", "--pf", "pf0", "--count", "3", "--dry-run")
            #expect(dry.output == "refused: VF 0000:01:10.2 is attached to cli blue/net1\n")
            #expect(dry.status == .inUse)
            let run = fixture.run("create", "--pf", "pf0", "--count", "3")
            #expect(run.errors.count == 1)
            #expect(
                run.errors.first?.contains("VF 0000:01:10.2 is attached to cli blue/net1") == true)
            #expect(run.status == .inUse)
            #expect(fixture.host.kernel == before)
        }
    }

    @Test func createByForceBringsTheVFsBackFirst() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.2", "--netns", "blue")
            let dry = fixture.run("create", "--pf", "pf0", "--count", "1", "--dry-run", "--force")
            #expect(
                dry.output == """
                    disturbs: VF 0000:01:10.2 is attached to cli blue/net1
                    remove 2 VFs of 0000:01:00.0
                    create 1 VFs of 0000:01:00.0

                    """)
            #expect(dry.status == .success)
            let run = fixture.run("create", "--pf", "pf0", "--count", "1", "--force")
            #expect(run.status == .success)
            #expect(fixture.host.kernel.vfs.count == 1)
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    @Test func detachLeavesOtherFrontEndsAlone() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            try fixture.changeOwner(
                AttachmentOwner(
                    frontEnd: "cni", network: "fast", container: "4f1c9a", interfaceName: "net1"))
            let before = fixture.host.kernel
            for arguments in [["0000:01:10.0"], ["--container", "4f1c9a", "--ifname", "net1"]] {
                let run = fixture.run(["detach"] + arguments)
                #expect(
                    run.errors == [
                        "vfmap: detach \(arguments.count == 1 ? "0000:01:10.0" : "4f1c9a/net1"): "
                            + "0000:01:10.0 belongs to cni fast 4f1c9a/net1; --force detaches it "
                            + "all the same"
                    ])
                #expect(run.status == .inUse)
            }
            #expect(fixture.host.kernel == before)
            let forced = fixture.run("detach", "0000:01:10.0", "--force")
            #expect(forced.output == "0000:01:10.0 detached from cni fast 4f1c9a/net1\n")
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    @Test func detachByContainerAndInterface() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            let run = fixture.run(
                "detach", "--container", "blue", "--ifname", "net1", "--format", "json")
            #expect(
                run.output == """
                    {
                      "owner" : {
                        "container" : "blue",
                        "frontEnd" : "cli",
                        "interface" : "net1"
                      },
                      "unrestored" : [

                      ],
                      "virtualFunction" : "0000:01:10.0"
                    }

                    """)
        }
    }

    @Test func checkTellsDifferences() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue", "--vlan", "100")
            _ = fixture.run("attach", "0000:01:10.2", "--netns", "red")
            let healthy = fixture.run("check")
            #expect(
                healthy
                    == .init(
                        output: """
                            VF            OWNER          RESULT
                            0000:01:10.0  cli blue/net1  ok
                            0000:01:10.2  cli red/net1   ok

                            """, errors: [], status: .success))
            fixture.host.withKernel { kernel in
                kernel.vfs[SimulatedHost.vfAddress(0)]?.info.vlans = []
            }
            let changed = fixture.run("check", "--all")
            #expect(
                changed
                    == .init(
                        output: """
                            VF            OWNER          RESULT
                            0000:01:10.0  cli blue/net1  VLAN is none, asked for was 100
                            0000:01:10.2  cli red/net1   ok

                            """, errors: [], status: .failure))
            #expect(fixture.run("check", "0000:01:10.2").status == .success)
            #expect(fixture.run("check", "0000:01:10.0").status == .failure)
        }
    }

    @Test func recoverBringsBackWhatAContainerLeft() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            fixture.host.deleteNamespace("/run/netns/blue")
            #expect(fixture.run("check").status == .failure)
            let run = fixture.run("recover")
            #expect(
                run
                    == .init(
                        output: """
                            VF            OWNER          RESULT
                            0000:01:10.0  cli blue/net1  brought back

                            """, errors: [], status: .success))
            #expect(fixture.run("recover").output == "VF  OWNER  RESULT\n")
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    @Test func recoverSaysWhatIsLeft() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue", "--max-tx-rate", "200")
            fixture.host.deleteNamespace("/run/netns/blue")
            fixture.setPF(isUp: false)
            let run = fixture.run("recover", "--format", "json")
            #expect(run.status == .failure)
            #expect(run.output.contains("\"result\" : \"incomplete\""))
            let left = try fixture.store.attachments()
            #expect(left.map(\.function) == [SimulatedHost.vfAddress(0)])
            fixture.setPF(isUp: true)
            #expect(fixture.run("recover").status == .success)
        }
    }

    @Test func theStateFileIsExported() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            let run = fixture.run("state", "export")
            #expect(run.output.hasPrefix("{\n  \"attachments\" : [\n"))
            #expect(run.output.hasSuffix("}\n"))
            #expect(run.output.contains("\"address\" : \"0000:01:10.0\""))
        }
    }

    @Test func theOptionNamesTheStateFileBeforeTheEnvironment() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            let other = fixture.run("check", "--state-file", fixture.directory + "/other.db")
            #expect(other.output == "VF  OWNER  RESULT\n")
            #expect(fixture.run("check").output != other.output)
        }
    }

    @Test func anUnusableStateFileIsToldFromOtherFailures() throws {
        try AdminFixture.with { fixture in
            let directory = fixture.directory + "/state"
            try makeDirectories(directory)
            let run = fixture.run("list", "--state-file", directory)
            #expect(run.output == "")
            #expect(run.errors.count == 1)
            #expect(run.errors.first?.contains("state file \(directory): ") == true)
            #expect(run.status == .stateUnusable)
        }
    }

    @Test func anAnswerThatCannotBeWrittenIsAFailure() throws {
        try AdminFixture.with { fixture in
            let run = fixture.run(["list"]) { _ in
                throw SystemCallError(
                    operation: "write", subject: "standard output", errno: .noSpace)
            }
            #expect(
                run.errors == ["vfmap: write standard output: no space left on device (ENOSPC)"])
            #expect(run.status == .failure)
        }
    }

    @Test func helpAndVersionAreAnswers() throws {
        try AdminFixture.with { fixture in
            #expect(
                fixture.run("--version")
                    == .init(output: "vfmap 0.1.0\n", errors: [], status: .success))
            for arguments in [["--help"], ["help", "attach"], ["state"], ["attach", "-h"]] {
                let run = fixture.run(arguments)
                #expect(run.output.hasPrefix("OVERVIEW: "))
                #expect(run.errors.isEmpty)
                #expect(run.status == .success)
            }
        }
    }

    @Test func helpNamesEveryStatus() throws {
        try AdminFixture.with { fixture in
            let help = fixture.run("--help").output.split(whereSeparator: \.isWhitespace)
            for status in CommandStatus.allCases {
                #expect(help.contains("\(status.rawValue)"))
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionKnowsTheCommands(_ shell: String) throws {
        try AdminFixture.with { fixture in
            let run = fixture.run("--generate-completion-script", shell)
            #expect(run.status == .success)
            for command in [
                "list", "show", "create", "attach", "detach", "check", "recover", "import",
            ] {
                #expect(run.output.contains(command))
            }
        }
    }
}

extension CommandTests {
    @Test func refusalOfTheKernelNamesOwnerVFAndPFOnceEach() throws {
        try AdminFixture.with { fixture in
            let run = fixture.run(
                "attach", "pf0v0", "--netns", "blue", "--link-state", "enable")
            #expect(
                run.errors == [
                    "vfmap: attach blue/net1: VF 0000:01:10.0: set link state of VF 0 of pf0: "
                        + "operation not supported (EOPNOTSUPP)"
                ])
            #expect(run.status == .unsupported)
        }
    }
}

extension AdminFixture {
    /// Makes the only attachment somebody else's.
    func changeOwner(_ owner: AttachmentOwner) throws {
        var attachment = try #require(try store.attachments().first)
        try store.remove(attachment)
        attachment.owner = owner
        try store.insert(attachment)
    }

    /// Takes pf0 down or up: igb refuses rates while it is down.
    func setPF(isUp: Bool) {
        host.withKernel { kernel in
            guard let index = kernel.pfs[SimulatedHost.pfAddress()]?.linkIndex else { return }
            kernel.interfaces[index]?.link.flags = isUp ? 1 : 0
        }
    }
}
