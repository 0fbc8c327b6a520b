import DockerDriver
import SRIOV
import SimulatedHost
import Testing

/// What is wrong with a network is told at its creation, by the option's name, and nothing is stored.
@Suite struct NetworkOptionsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let options: String
        let message: String
        var status = 400
        var more = ""
        var data = #""IPv4Data":[],"IPv6Data":[]"#

        var testDescription: String { message }
    }

    static let known =
        "link_state, max_tx_rate, min_tx_rate, mode, mtu, netdevice, parent, pool, prefix, "
        + "privileged, spoofchk, trust, vlan, vlan_proto, vlan_qos"

    static let selection = [
        Case(
            options: "",
            message:
                "parent: missing, must be the name or the PCI address of a PF, unless there is pool"
        ),
        Case(
            options: #""parent":"pf0","netdevice":"pf0""#,
            message: "netdevice: must not be given with parent"),
        Case(
            options: #""pool":"fast","parent":"pf0""#,
            message: "pool: must not be given with parent"),
        Case(
            options: #""netdevice":"pf0","pool":"fast""#,
            message: "pool: must not be given with netdevice"),
        Case(
            options: #""parent":"""#,
            message: #"parent: must be the name or the PCI address of a PF, not """#),
        Case(
            options: #""parent":"../pf0""#,
            message: #"parent: must be the name or the PCI address of a PF, not "../pf0""#),
        Case(
            options: #""parent":"eth7""#,
            message: "parent: eth7 is not a physical function with SR-IOV", status: 410),
        Case(
            options: #""netdevice":"pf0v0""#,
            message: "netdevice: pf0v0 is not a physical function with SR-IOV", status: 410),
        Case(
            options: #""parent":"0000:01:10.0""#,
            message: "parent: 0000:01:10.0 is not a physical function with SR-IOV", status: 410),
        Case(options: #""pool":"""#, message: "pool: must not be empty"),
        Case(
            options: #""pool":"slow""#,
            message: #"pool "slow" is not in config.json, which has fast, keys"#),
        Case(
            options: #""pool":"keys""#,
            message:
                #"pool "keys" of config.json is of deviceType accelerator, which has no interfaces "#
                + "to give"),
        Case(
            options: #""parent":"pf0","mode":"bridge""#,
            message: #"mode: must be sriov or passthrough, not "bridge""#),
        Case(
            options: #""pool":"fast","mode":"passthrough""#,
            message: "mode: passthrough needs parent, not pool"),
    ]

    static let values = [
        Case(
            options: #""vlan":"4095""#,
            message: #"vlan: must be an integer from 0 to 4094, not "4095""#),
        Case(
            options: #""vlan":"-1""#,
            message: #"vlan: must be an integer from 0 to 4094, not "-1""#),
        Case(
            options: #""vlan":"+5""#,
            message: #"vlan: must be an integer from 0 to 4094, not "+5""#),
        Case(
            options: #""vlan":"ten""#,
            message: #"vlan: must be an integer from 0 to 4094, not "ten""#),
        Case(
            options: #""vlan":"""#, message: #"vlan: must be an integer from 0 to 4094, not """#),
        Case(options: #""vlan":100"#, message: "vlan: must be a string, not a number"),
        Case(
            options: #""vlan":"1","vlan_qos":"8""#,
            message: #"vlan_qos: must be an integer from 0 to 7, not "8""#),
        Case(options: #""vlan_qos":"1""#, message: "vlan_qos: needs vlan"),
        Case(
            options: #""vlan":"0","vlan_qos":"1""#,
            message: "vlan_qos: needs a vlan other than 0"),
        Case(options: #""vlan_proto":"802.1ad""#, message: "vlan_proto: needs vlan"),
        Case(
            options: #""vlan":"0","vlan_proto":"802.1ad""#,
            message: "vlan_proto: needs a vlan other than 0"),
        Case(
            options: #""vlan":"1","vlan_proto":"802.1x""#,
            message: #"vlan_proto: must be 802.1q or 802.1ad, not "802.1x""#),
        Case(
            options: #""spoofchk":"yes""#,
            message: #"spoofchk: must be on or off, not "yes""#),
        Case(
            options: #""trust":"onn""#,
            message: #"trust: must be on or off, not "onn""#),
        Case(
            options: #""privileged":"2""#,
            message: #"privileged: must be on, off, true, false, 1 or 0, not "2""#),
        Case(
            options: #""privileged":"1","trust":"on""#,
            message: "privileged: must not be given with trust"),
        Case(
            options: #""privileged":"1","spoofchk":"off""#,
            message: "privileged: must not be given with spoofchk"),
        Case(
            options: #""link_state":"up""#,
            message: #"link_state: must be auto, enable or disable, not "up""#),
        Case(
            options: #""min_tx_rate":"4294967296""#,
            message: #"min_tx_rate: must be an integer from 0 to 4294967295, not "4294967296""#),
        Case(
            options: #""max_tx_rate":"1.5""#,
            message: #"max_tx_rate: must be an integer from 0 to 4294967295, not "1.5""#),
        Case(
            options: #""min_tx_rate":"200","max_tx_rate":"100""#,
            message: "min_tx_rate: must not be above max_tx_rate, 200 is above 100"),
        Case(
            options: #""mtu":"67""#,
            message: #"mtu: must be an integer from 68 to 65535, not "67""#),
        Case(
            options: #""mtu":"0""#, message: #"mtu: must be an integer from 68 to 65535, not "0""#),
        Case(
            options: #""mtu":"1400","com.docker.network.driver.mtu":"1500""#,
            message: "com.docker.network.driver.mtu: must not be given with mtu"),
        Case(
            options: #""com.docker.network.driver.mtu":"big""#,
            message: #"mtu: must be an integer from 68 to 65535, not "big""#),
        Case(
            options: #""prefix":"net/""#,
            message:
                #"prefix: must be the beginning of an interface's name, 1 to 13 bytes, not "net/""#),
        Case(
            options: #""prefix":"""#,
            message:
                #"prefix: must be the beginning of an interface's name, 1 to 13 bytes, not """#),
        Case(
            options: #""prefix":"fourteen-bytes""#,
            message: "prefix: must be the beginning of an interface's name, 1 to 13 bytes, not "
                + #""fourteen-bytes""#),
        Case(
            options: #""vlann":"100""#,
            message: "vlann: is not a known option; there are \(known)"),
        Case(
            options: #""VLAN":"100""#,
            message: "VLAN: is not a known option; there are \(known)"),
        Case(
            options: #""rocehoplimit":"5","zz":"1""#,
            message: "rocehoplimit: is not supported, only a vendor's own driver package has such "
                + "a setting"),
    ].map { Case(options: #""parent":"pf0","# + $0.options, message: $0.message) }

    static let passthrough = [
        "vlan": "1", "spoofchk": "on", "trust": "on", "link_state": "auto", "min_tx_rate": "1",
        "max_tx_rate": "1",
    ].map { name, value in
        Case(
            options: #""parent":"pf0","mode":"passthrough","\#(name)":"\#(value)""#,
            message: "\(name): is a setting of a VF, there is none in mode passthrough")
    }

    static let surroundings = [
        Case(
            options: #""parent":"pf0""#, message: "pf: is not a known option",
            more: #","pf":"eth0""#),
        Case(
            options: #""parent":"pf0""#,
            message: "Options.com.docker.network.internal: must be true or false, not a string",
            more: #","com.docker.network.internal":"yes""#),
        Case(
            options: #""parent":"pf0""#,
            message: "IPv4Data[0].Gateway: must be an IPv4 address with its prefix length, not "
                + #""10.9.0.1""#,
            data: #""IPv4Data":[{"Pool":"10.9.0.0/24","Gateway":"10.9.0.1"}]"#),
        Case(
            options: #""parent":"pf0""#,
            message: "IPv6Data[0].Gateway: must be an IPv6 address with its prefix length, not "
                + #""10.9.0.1/24""#,
            data: #""IPv6Data":[{"Pool":"fd00::/64","Gateway":"10.9.0.1/24"}]"#),
        Case(
            options: #""parent":"pf0""#,
            message: "IPv4Data[0].Pool: must be an IPv4 address with its prefix length, not "
                + #""all""#,
            data: #""IPv4Data":[{"Pool":"all","Gateway":"10.9.0.1/24"}]"#),
        Case(
            options: #""parent":"pf0""#, message: "IPv4Data: must be an array, not an object",
            data: #""IPv4Data":{}"#),
    ]

    static let pools = """
        {"resourceList":[{"resourceName":"fast","selectors":{"pfNames":["pf0"]}},
        {"resourceName":"keys","deviceType":"accelerator"}]}
        """

    @Test(arguments: selection + values + passthrough + surroundings)
    func wrongOptionsAreRefused(_ wrong: Case) throws {
        let fixture = try DriverFixture(pools: Self.pools)
        let before = fixture.host.kernel
        let reply = try fixture.call(
            "CreateNetwork", networkRequest(wrong.options, more: wrong.more, data: wrong.data))
        #expect(reply.text == (try failure(wrong.message)))
        #expect(reply.status.rawValue == wrong.status)
        #expect(try fixture.store().networks(of: "docker") == [])
        #expect(fixture.host.kernel == before)
    }

    @Test func aPoolNeedsAConfigurationFile() throws {
        let reply = try DriverFixture().call("CreateNetwork", networkRequest(#""pool":"fast""#))
        #expect(reply.status.rawValue == 400)
        #expect(
            reply.text
                == (try failure(#"pool: "fast" is not defined, there is no configuration file"#)))
    }
}
