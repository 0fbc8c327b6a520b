import AdminTool
import SRIOV
import SimulatedHost
import Testing

/// Wrong arguments get one line that names the option or the subject, and nothing is changed.
@Suite struct BadInputTests {
    /// The arguments after `attach 0000:01:10.0 --netns blue`, and the message after `vfmap: `.
    static let attach: [([String], String)] = [
        (
            ["--vlan", "4095"],
            "the value '4095' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (
            ["--vlan", "+5"],
            "the value '+5' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (
            ["--vlan", "99999999999999999999"],
            "the value '99999999999999999999' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (
            ["--vlan", ""],
            "the value '' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (
            ["--vlan", "ten"],
            "the value 'ten' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (
            ["--vlan=-1"],
            "the value '-1' is invalid for '--vlan <id>': must be an integer from 0 to 4094"
        ),
        (["--vlan"], "missing value for '--vlan <id>'"),
        (
            ["--vlan", "5", "--vlan-qos", "8"],
            "the value '8' is invalid for '--vlan-qos <priority>': must be an integer from 0 to 7"
        ),
        (["--vlan-qos", "3"], "--vlan-qos needs --vlan"),
        (["--vlan", "0", "--vlan-qos", "3"], "--vlan-qos needs a --vlan other than 0"),
        (["--vlan-proto", "802.1ad"], "--vlan-proto needs --vlan"),
        (["--vlan", "0", "--vlan-proto", "802.1ad"], "--vlan-proto needs a --vlan other than 0"),
        (
            ["--vlan", "5", "--vlan-proto", "qinq"],
            "the value 'qinq' is invalid for '--vlan-proto <protocol>': must be 802.1q or 802.1ad"
        ),
        (
            ["--mac", "02:11:22:33:44"],
            "the value '02:11:22:33:44' is invalid for '--mac <address>': must be a MAC address such as 02:11:22:33:44:55"
        ),
        (
            ["--mac", "00:00:00:00:00:00"],
            "the value '00:00:00:00:00:00' is invalid for '--mac <address>': must not be all zero"
        ),
        (
            ["--mac", "01:00:5e:00:00:01"],
            "the value '01:00:5e:00:00:01' is invalid for '--mac <address>': must be a unicast address, not \"01:00:5e:00:00:01\""
        ),
        (
            ["--spoofchk", "yes"],
            "the value 'yes' is invalid for '--spoofchk <on|off>': must be on or off"
        ),
        (
            ["--trust", "onn"],
            "the value 'onn' is invalid for '--trust <on|off>': must be on or off"
        ),
        (
            ["--link-state", "up"],
            "the value 'up' is invalid for '--link-state <auto|enable|disable>': must be auto, enable or disable"
        ),
        (
            ["--min-tx-rate", "4294967296"],
            "the value '4294967296' is invalid for '--min-tx-rate <Mbit/s>': must be an integer from 0 to 4294967295"
        ),
        (
            ["--max-tx-rate", "1.5"],
            "the value '1.5' is invalid for '--max-tx-rate <Mbit/s>': must be an integer from 0 to 4294967295"
        ),
        (
            ["--min-tx-rate", "200", "--max-tx-rate", "100"],
            "--min-tx-rate must not be above --max-tx-rate, 200 is above 100"
        ),
        (
            ["--promisc", "yes"],
            "the value 'yes' is invalid for '--promisc <on|off>': must be on or off"
        ),
        (
            ["--allmulti", "1"],
            "the value '1' is invalid for '--allmulti <on|off>': must be on or off"
        ),
        (
            ["--mtu", "67"],
            "the value '67' is invalid for '--mtu <bytes>': must be an integer from 68 to 65535"
        ),
        (
            ["--mtu", "65536"],
            "the value '65536' is invalid for '--mtu <bytes>': must be an integer from 68 to 65535"
        ),
        (
            ["--ifname", "much-too-long-name"],
            "the value 'much-too-long-name' is invalid for '--ifname <name>': not 1 to 15 bytes without \"/\", \":\", \"%\" and white space"
        ),
        (
            ["--ifname", "net%d"],
            "the value 'net%d' is invalid for '--ifname <name>': not 1 to 15 bytes without \"/\", \":\", \"%\" and white space"
        ),
        (
            ["--ifname", ".."],
            "the value '..' is invalid for '--ifname <name>': not 1 to 15 bytes without \"/\", \":\", \"%\" and white space"
        ),
        (
            ["--container", "a/b"],
            "the value 'a/b' is invalid for '--container <name>': not a letter or digit followed by letters, digits, \"_\", \".\" and \"-\""
        ),
        (
            ["--container", ""],
            "the value '' is invalid for '--container <name>': not a letter or digit followed by letters, digits, \"_\", \".\" and \"-\""
        ),
        (
            ["--netns", "../blue"],
            "the value '../blue' is invalid for '--netns <namespace>': neither an absolute path nor a name in /run/netns"
        ),
        (
            ["--netns", "/run/netns/a b"],
            "'a b' of --netns cannot name the owner, give --container"
        ),
        (
            ["--format", "yaml"],
            "the value 'yaml' is invalid for '--format <table|json>': neither table nor json"
        ),
        (["--state-file", ""], "--state-file is empty"),
        (["--pf", "pf0"], "attach takes one of a VF, --pf and --pool"),
        (["--vln", "5"], "unknown option '--vln'. Did you mean '--vlan'?"),
        (["surplus"], "unexpected argument 'surplus'"),
    ]

    @Test(arguments: attach)
    func attachRefuses(_ arguments: [String], _ message: String) throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            let run = fixture.run(["attach", "0000:01:10.0", "--netns", "blue"] + arguments)
            #expect(run == .init(output: "", errors: ["vfmap: " + message], status: .usage))
            #expect(fixture.host.kernel == before)
            let left = try fixture.store.attachments()
            #expect(left.isEmpty)
        }
    }

    /// Whole command lines, the message after `vfmap: `, and the status.
    static let others: [([String], String, Int32)] = [
        (["attach", "--netns", "blue"], "attach needs a VF, --pf or --pool", 64),
        (["attach", "0000:01:10.0"], "missing expected argument '--netns <namespace>'", 64),
        (
            ["attach", "01:10.0", "--netns", "blue"],
            "the value '01:10.0' is invalid for '<vf>': not a PCI address such as 0000:03:10.2", 64
        ),
        (
            ["attach", "a/b", "--netns", "blue"],
            "the value 'a/b' is invalid for '<vf>': neither a PCI address nor the name of an interface",
            64
        ),
        (
            ["attach", "0000:09:10.0", "--netns", "blue"],
            "attach blue/net1: there is no PCI function 0000:09:10.0", 2
        ),
        (
            ["attach", "nothing", "--netns", "blue"],
            "attach blue/net1: no PF or VF has an interface called nothing", 2
        ),
        (
            ["attach", "pf0", "--netns", "blue"],
            "attach blue/net1: pf0 is a physical function (0000:01:00.0), not a virtual one", 64
        ),
        (
            ["attach", "--pf", "pf9", "--netns", "blue"],
            "attach blue/net1: no physical function with SR-IOV has an interface called pf9", 2
        ),
        (
            ["attach", "--pf", "0000:01:10.0", "--netns", "blue"],
            "attach blue/net1: 0000:01:10.0 is a virtual function, not a physical one",
            64
        ),
        (
            ["attach", "pf0v0", "--netns", "green"],
            "attach green/net1: open network namespace of green: network namespace /run/netns/green does not exist",
            8
        ),
        (
            ["attach", "pf0v0", "--netns", "/proc/self/ns/net"],
            "attach self/net1: /proc/self/ns/net is the host's own network namespace", 8
        ),
        (["create", "--pf", "pf0"], "missing expected argument '--count <number>'", 64),
        (["create", "--pf", "pf0", "--count", "-1"], "missing value for '--count <number>'", 64),
        (
            ["create", "--pf", "pf0", "--count", "8"],
            "create VFs of pf0: pf0 can have 0 to 7 VFs, not 8", 64
        ),
        (
            ["create", "--pf", "pf0v0", "--count", "1"],
            "create VFs of pf0v0: no physical function with SR-IOV has an interface called pf0v0", 2
        ),
        (["detach"], "detach needs a VF, or --container and --ifname", 64),
        (["detach", "--container", "blue"], "--container needs --ifname", 64),
        (["detach", "--ifname", "net1"], "--ifname needs --container", 64),
        (
            ["detach", "pf0v0", "--container", "blue"],
            "detach takes a VF, or --container and --ifname, not both", 64
        ),
        (["detach", "0000:01:10.0"], "detach 0000:01:10.0: VF 0000:01:10.0 has no attachment", 2),
        (
            ["detach", "--container", "blue", "--ifname", "net1"],
            "detach blue/net1: there is no such attachment", 2
        ),
        (["check", "0000:01:10.0"], "check 0000:01:10.0: VF 0000:01:10.0 has no attachment", 2),
        (["check", "0000:01:10.0", "--all"], "check takes a VF or --all, not both", 64),
        (["show"], "missing expected argument '<pf|vf>'", 64),
        (["show", "0000:09:00.0"], "show 0000:09:00.0: 0000:09:00.0 is neither a PF nor a VF", 2),
        (["delete"], "unexpected argument 'delete'", 64),
        (["state", "import"], "unexpected argument 'import'", 64),
    ]

    @Test(arguments: others)
    func commandRefuses(_ arguments: [String], _ message: String, _ status: Int32) throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            let run = fixture.run(arguments)
            #expect(run.errors == ["vfmap: " + message])
            #expect(run.output == "")
            #expect(run.status.rawValue == status)
            #expect(fixture.host.kernel == before)
        }
    }

    static let rootOnly: [([String], String)] = [
        (["attach", "0000:01:10.0", "--netns", "blue"], "attach blue/net1: needs root"),
        (
            ["attach", "--pf", "pf0", "--netns", "blue", "--dry-run"],
            "attach blue/net1: needs root"
        ),
        (["create", "--pf", "pf0", "--count", "0"], "create VFs of pf0: needs root"),
        (["detach", "0000:01:10.0"], "detach 0000:01:10.0: needs root"),
        (["check"], "check: needs root"),
        (["recover"], "recover: needs root"), (["apply"], "apply: needs root"),
        (["bind", "pf0v0", "default"], "bind pf0v0: needs root"),
        (["eswitch", "pf0"], "eswitch pf0: needs root"),
    ]

    @Test(arguments: rootOnly)
    func needsRoot(_ arguments: [String], _ message: String) throws {
        try AdminFixture.with { fixture in
            let before = fixture.host.kernel
            let run = fixture.run(arguments, isPrivileged: false)
            #expect(
                run == .init(output: "", errors: ["vfmap: " + message], status: .notPermitted))
            #expect(fixture.host.kernel == before)
        }
    }

    @Test(arguments: [
        ["list"], ["show", "pf0"], ["create", "--pf", "pf0", "--count", "1", "--dry-run"],
        ["state", "export"],
    ])
    func readsWithoutRoot(_ arguments: [String]) throws {
        try AdminFixture.with { fixture in
            let run = fixture.run(arguments, isPrivileged: false)
            #expect(run.errors.isEmpty)
            #expect(run.status == .success)
        }
    }
}
