import AdminTool
import Foundation
import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Testing

/// `apply`, `bind`, `eswitch`, `explain`, `topology` and `attach --pool`, from arguments to text.
@Suite struct NodeCommandTests {
    private func write(_ text: String, _ fixture: AdminFixture) throws -> String {
        let path = fixture.directory + "/config.json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func applyPlansDoesAndHasNothingLeftToDo() throws {
        try AdminFixture.with(vfs: 0) { fixture in
            let path = try write(
                #"""
                {"physicalFunctions": [{"name": "pf0", "numVFs": 3, "mtu": 1600, "up": true,
                 "vfDefaults": {"trust": "on"}}]}
                """#, fixture)
            #expect(
                fixture.run("apply", "--config", path, "--dry-run")
                    == .init(
                        output: """
                            pf0: set MTU to 1600
                            pf0: create 3 VFs
                            pf0: set trust of VFs 0-2 to on

                            """,
                        errors: [], status: .success))
            #expect(fixture.host.kernel.vfs.isEmpty)
            #expect(
                fixture.run("apply", "--config", path)
                    == .init(
                        output: """
                            pf0: set MTU to 1600: done
                            pf0: create 3 VFs: done
                            pf0: set trust of VFs 0-2 to on: done

                            """, errors: [], status: .success))
            #expect(fixture.host.kernel.vfs.values.allSatisfy { $0.info.trust == true })
            let nothing = "nothing to do: everything is as \(path) asks\n"
            #expect(
                fixture.run("apply", "--config", path)
                    == .init(output: nothing, errors: [], status: .success))
            #expect(
                fixture.run(["apply", "--dry-run"], environment: ["VFMAP_CONFIG": path]).output
                    == nothing)
        }
    }

    @Test func applyNamesWhatItWouldDisturbAndForceDoesIt() throws {
        try AdminFixture.with { fixture in
            let path = try write(
                #"{"physicalFunctions": [{"name": "pf0", "numVFs": 3}, {"name": "ens9"}]}"#,
                fixture)
            #expect(fixture.run("attach", "pf0v0", "--netns", "blue").status == .success)
            let user = "VF 0000:01:10.0 is attached to cli blue/net1"
            let absent =
                "ens9: cannot be as asked for: there is no such physical function with SR-IOV"
            #expect(
                fixture.run("apply", "--config", path, "--dry-run")
                    == .init(
                        output: """
                            pf0: remove 2 VFs: refused: \(user)
                            pf0: create 3 VFs
                            \(absent)

                            """, errors: [], status: .incomplete))
            #expect(
                fixture.run("apply", "--config", path)
                    == .init(
                        output: """
                            pf0: remove 2 VFs: refused: \(user)
                            pf0: create 3 VFs: skipped
                            \(absent)

                            """, errors: [], status: .incomplete))
            #expect(fixture.host.kernel.vfs.count == 2)
            #expect(
                fixture.run("apply", "--config", path, "--dry-run", "--force").output.hasPrefix(
                    "pf0: remove 2 VFs: disturbs: \(user)\n"))
            #expect(
                fixture.run("apply", "--config", path, "--force")
                    == .init(
                        output: """
                            pf0: remove 2 VFs: done
                            pf0: remove 2 VFs: disturbed: \(user)
                            pf0: create 3 VFs: done
                            \(absent)

                            """, errors: [], status: .incomplete))
            #expect(fixture.host.kernel.vfs.count == 3)
            #expect(try fixture.store.attachments().isEmpty)
        }
    }

    @Test func applyTellsOfSelectorsThatSelectNothing() throws {
        try AdminFixture.with(vfs: 0) { fixture in
            let path = try write(
                #"""
                {"physicalFunctions": [{"name": "pf0", "numVFs": 1},
                 {"selectors": {"drivers": ["nosuch"]}, "numVFs": 8}]}
                """#, fixture)
            let warning =
                "physicalFunctions[1]: warning: its selectors select no physical function with SR-IOV\n"
            #expect(
                fixture.run("apply", "--config", path, "--dry-run")
                    == .init(
                        output: "pf0: create 1 VF\n" + warning, errors: [],
                        status: .nothingSelected))
            #expect(
                fixture.run("apply", "--config", path)
                    == .init(
                        output: "pf0: create 1 VF: done\n" + warning, errors: [],
                        status: .nothingSelected))
            #expect(
                fixture.run("apply", "--config", path).output
                    == "nothing to do: everything is as \(path) asks\n" + warning)
            let absent = try write(
                #"""
                {"physicalFunctions": [{"name": "ens9"},
                 {"selectors": {"drivers": ["nosuch"]}}]}
                """#, fixture)
            #expect(fixture.run("apply", "--config", absent).status == .incomplete)
        }
    }

    @Test func applyAsJSON() throws {
        try AdminFixture.with(vfs: 0) { fixture in
            let path = try write(
                #"{"physicalFunctions": [{"name": "pf0", "numVFs": 1, "vfDriver": "vfio-pci"}]}"#,
                fixture)
            func json(_ arguments: String...) throws -> [String: Any] {
                let text = fixture.run(
                    ["apply", "--config", path, "--format", "json"] + arguments
                ).output
                let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
                return try #require(object as? [String: Any])
            }
            let plan = try json("--dry-run")
            #expect(plan["configuration"] as? String == path)
            let planned = try #require((plan["physicalFunctions"] as? [[String: Any]])?.first)
            #expect(planned["address"] as? String == "0000:01:00.0")
            #expect(
                (planned["steps"] as? [[String: Any]])?.map { $0["step"] as? String } == [
                    "keep the kernel from binding drivers to new VFs", "create 1 VF",
                    "bind VF 0 to vfio-pci",
                ])
            let report = try json()
            let done = try #require((report["physicalFunctions"] as? [[String: Any]])?.first)
            #expect(
                (done["steps"] as? [[String: Any]])?.map { $0["result"] as? String }
                    == ["done", "done", "done"])
        }
    }

    @Test func applyWithoutOrWithABrokenFileTouchesNothing() throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            #expect(
                fixture.run("apply", "--config", fixture.directory + "/none.json")
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: apply: configuration file: open \(fixture.directory)/none.json: "
                                + "no such file or directory (ENOENT)"
                        ], status: .notFound))
            let path = try write("{\n\"physicalFunctions\": [{\"numVFs\": 1}]}", fixture)
            #expect(
                fixture.run("apply", "--config", path)
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: apply: \(path): physicalFunctions[0]: needs a name, an "
                                + "address or selectors"
                        ], status: .usage))
            #expect(
                fixture.run(["apply", "--config", path], isPrivileged: false).status
                    == .notPermitted)
            #expect(fixture.host.kernel == before)
        }
    }

    @Test func bindAndBack() throws {
        try AdminFixture.with { fixture in
            fixture.host.withKernel {
                $0.vfs[SimulatedHost.vfAddress(0)]?.function.iommuGroup = 17
            }
            #expect(
                fixture.run("bind", "pf0v0", "vfio-pci")
                    == .init(
                        output: "0000:01:10.0 has driver vfio-pci, IOMMU group 17, /dev/vfio/17\n",
                        errors: [], status: .success))
            #expect(
                fixture.run("bind", "0000:01:10.0", "default")
                    == .init(
                        output: "0000:01:10.0 has driver igbvf, interface pf0v0, IOMMU group 17\n",
                        errors: [], status: .success))
        }
    }

    @Test func bindRefusesWhatIsInUseAndWhatIsNotThere() throws {
        try AdminFixture.with { fixture in
            #expect(fixture.run("attach", "pf0v0", "--netns", "blue").status == .success)
            let before = fixture.host.kernel
            #expect(
                fixture.run("bind", "0000:01:10.0", "vfio-pci")
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: bind 0000:01:10.0: VF 0000:01:10.0 is attached to cli "
                                + "blue/net1 in /run/netns/blue"
                        ], status: .inUse))
            #expect(
                fixture.run("bind", "0000:01:10.2", "mlx5_core")
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: bind 0000:01:10.2: there is no driver mlx5_core in the "
                                + "kernel: load its module (modprobe mlx5_core)"
                        ], status: .unsupported))
            #expect(fixture.run("bind", "0000:01:10.2", "../../x").status == .usage)
            #expect(fixture.host.kernel == before)
            fixture.host.withKernel { kernel in
                kernel.bind(SimulatedHost.vfAddress(1), to: "vfio-pci")
                kernel.programs[SimulatedHost.vfAddress(1)] = ["dpdk-testpmd (815)"]
            }
            #expect(
                fixture.run("bind", "0000:01:10.2", "default")
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: bind 0000:01:10.2: VF 0000:01:10.2 is open in "
                                + "dpdk-testpmd (815)"
                        ], status: .inUse))
        }
    }

    @Test func eswitchModesOfADriverThatHasThemAndOfOneThatHasNot() throws {
        try AdminFixture.with(vfs: 0) { fixture in
            #expect(
                fixture.run("eswitch", "pf0", "switchdev")
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: eswitch pf0: eswitch modes of pf0 are unsupported by igb"
                        ], status: .unsupported))
            fixture.host.withKernel {
                $0.pfs[SimulatedHost.pfAddress()]?.eswitchMode = .legacy
            }
            #expect(
                fixture.run("eswitch", "pf0").output == """
                    physical function:  0000:01:00.0 (pf0)
                    eswitch mode:       legacy
                    driver:             igb
                    serial number:      -

                    """)
            #expect(fixture.run("eswitch", "pf0", "switchdev").status == .success)
            #expect(
                fixture.host.kernel.pfs[SimulatedHost.pfAddress()]?.eswitchMode == .switchdev)
            #expect(fixture.run("eswitch", "pf0", "sideways").status == .usage)
        }
    }

    private static let pools = #"""
        {"resourceList": [
         {"resourceName": "first", "selectors": {"pfNames": ["pf0#0"], "drivers": ["igbvf"]}},
         {"resourceName": "all", "selectors": [{"vendors": ["15b3"]}, {"devices": ["10ca"]}]},
         {"resourceName": "dpdk", "resourcePrefix": "example.com",
          "selectors": {"drivers": ["vfio-pci", "igb_uio"], "acpiIndexes": ["3"]}},
         {"resourceName": "qat", "deviceType": "accelerator"}]}
        """#

    @Test func explainSaysWhyAVFIsInAPoolOrNot() throws {
        try AdminFixture.with { fixture in
            let path = try write(Self.pools, fixture)
            let expected = """
                virtual function:   0000:01:10.0
                physical function:  0000:01:00.0 (pf0)
                index:              0
                driver:             igbvf
                interface:          pf0v0
                namespace:          -
                state:              free
                meaning:            nobody has it
                owner:              -
                stale:              -

                pool first: yes
                  drivers: yes, asks for igbvf, found igbvf
                  pfNames: yes, asks for pf0#0, found pf0#0

                pool all: no
                  pool first comes first and selects it too
                  selectors[0] vendors: no, asks for 15b3, found 8086
                  selectors[1] devices: yes, asks for 10ca, found 10ca

                pool example.com/dpdk: no
                  drivers: no, asks for igb_uio or vfio-pci, found igbvf
                  acpiIndexes: no, asks for 3, found none

                pool qat: no
                  its devices are of deviceType accelerator, not VFs of network cards
                  selects every VF

                """
            #expect(
                fixture.run("explain", "pf0v0", "--config", path)
                    == .init(output: expected, errors: [], status: .success))
            let second = fixture.run("explain", "pf0v1", "--config", path).output
            #expect(
                second.contains(
                    """
                    pool first: no
                      drivers: yes, asks for igbvf, found igbvf
                      pfNames: no, asks for pf0#0, found pf0#1

                    pool all: yes

                    """))
        }
    }

    @Test func explainSaysWhatARelaseSetsBack() throws {
        try AdminFixture.with { fixture in
            #expect(
                fixture.run(
                    "attach", "pf0v0", "--netns", "blue", "--vlan", "100", "--mtu", "1400"
                ).status == .success)
            let text = fixture.run(
                "explain", "0000:01:10.0", "--config", fixture.directory + "/none.json"
            ).output
            #expect(text.contains("state:              attached\n"))
            #expect(text.contains("owner:              cli blue/net1\n"))
            #expect(
                text.hasSuffix(
                    """

                    its release sets back:
                      name is net1, was pf0v0
                      MTU is 1400, was 1500
                      up is true, was false
                      VLAN is 100, was none

                    no pools: there is no \(fixture.directory)/none.json

                    """))
        }
    }

    @Test func attachTakesAVFOfAPool() throws {
        try AdminFixture.with { fixture in
            let path = try write(Self.pools, fixture)
            #expect(
                fixture.run("attach", "--pool", "all", "--netns", "blue", "--config", path).output
                    .hasPrefix("0000:01:10.2 attached to cli blue/net1"))
            #expect(
                fixture.run("attach", "--pool", "all", "--netns", "red", "--config", path).status
                    == .inUse)
            #expect(
                fixture.run("attach", "--pool", "none", "--netns", "red", "--config", path)
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: attach red/net1: pool \"none\" is not in \(path), which has "
                                + "first, all, example.com/dpdk, qat"
                        ], status: .usage))
            #expect(
                fixture.run("attach", "pf0v0", "--pool", "all", "--netns", "red").errors
                    == ["vfmap: attach takes one of a VF, --pf and --pool"])
        }
    }

    @Test func topologyIsATree() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "pf0v0", "--netns", "blue")
            #expect(
                fixture.run("topology")
                    == .init(
                        output: """
                            pf0 (0000:01:00.0, igb, up, legacy, 2 of 7 VFs)
                            ├─ 0: 0000:01:10.0, igbvf, net1 in /run/netns/blue: \
                            attached to cli blue/net1
                            └─ 1: 0000:01:10.2, igbvf, pf0v1: free

                            """, errors: [], status: .success))
        }
    }

    @Test func drawingsEscapeWhatInterfacesAreCalled() throws {
        try AdminFixture.with { fixture in
            fixture.host.withKernel {
                $0.renameInterface(of: SimulatedHost.vfAddress(0), to: #"<&"'\]]>"#)
                $0.renamePF(SimulatedHost.pfAddress(), to: "a\u{1b}[2J")
            }
            let dot = fixture.run("topology", "--format", "dot").output
            #expect(dot.contains(#"[label="0: 0000:01:10.0, igbvf, <&\"'\\\\]]>", fillcolor="#))
            #expect(
                dot.contains(
                    #"pf0 [label="a\\x1b[2J (0000:01:00.0, igb, up, legacy, 2 of 7 VFs)"];"#))
            let svg = fixture.run("topology", "--format", "svg").output
            #expect(svg.contains(#"0: 0000:01:10.0, igbvf, &lt;&amp;&quot;&apos;\\]]&gt;</text>"#))
            #expect(!svg.contains("\u{1b}"))
            let tags = svg.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
            #expect(tags.count { $0.hasPrefix("text ") } == tags.count { $0 == "/text" })
            #expect(tags.count { $0.hasPrefix("rect ") && $0.hasSuffix("/") } == 4)
        }
    }

    @Test func topologyAsJSON() throws {
        try AdminFixture.with { fixture in
            let text = fixture.run("topology", "--format", "json").output
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let functions = (object as? [String: Any])?["physicalFunctions"] as? [[String: Any]]
            let children = functions?.first?["virtualFunctions"] as? [[String: Any]]
            #expect(children?.map { $0["address"] as? String } == ["0000:01:10.0", "0000:01:10.2"])
            #expect(fixture.run("topology", "--format", "png").status == .usage)
        }
    }
}
