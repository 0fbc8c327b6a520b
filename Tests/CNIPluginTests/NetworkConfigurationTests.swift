import CNI
import CNIPlugin
import LinuxSystem
import Netlink
import SRIOV
import Testing

@Suite struct NetworkConfigurationTests {
    /// A configuration with the VF 0000:01:10.0 and these members besides.
    private func configuration(
        _ members: String, arguments: String = "", device: String? = #""0000:01:10.0""#
    ) throws -> NetworkConfiguration {
        let device = device.map { "\"deviceID\":\($0)," } ?? ""
        let text = "{\(device)\"name\":\"n\"\(members.isEmpty ? "" : ",")\(members)}"
        let input = CNIInput { Array(text.utf8) }
        return NetworkConfiguration(
            input.object, version: .newest, arguments: try CNIArguments(parsing: arguments))
    }

    @Test func everyKeyIsRead() throws {
        let read = try configuration(
            #"""
            "vlan":100,"vlanQoS":3,"vlanProto":"802.1AD","mac":"02-11-22-33-44-55",
            "spoofchk":"off","trust":"On","link_state":"enable","min_tx_rate":10,
            "max_tx_rate":200,"ipam":{"type":"host-local"},"dns":{"nameservers":["1.1.1.1"]},
            "logLevel":"debug","logFile":"/var/log/x","capabilities":{"mac":true},"unknown":1
            """#)
        #expect(read.problems == [])
        #expect(read.device == PCIAddress("0000:01:10.0"))
        #expect(
            read.settings
                == VFSettings(
                    macAddress: MACAddress("02:11:22:33:44:55"),
                    vlan: VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad),
                    minimumRate: 10, maximumRate: 200, spoofCheck: false, trust: true,
                    linkState: .enabled))
        #expect(read.ipamType == "host-local")
        #expect(read.dns.nameservers == ["1.1.1.1"])
        #expect(read.logLevel == .debug)
        #expect(read.logFile == "/var/log/x")
    }

    @Test func whatIsAbsentNullOrEmptyIsLeftAlone() throws {
        let read = try configuration(
            #"""
            "vlan":null,"mac":"","spoofchk":"","trust":null,"link_state":"","vlanProto":"",
            "ipam":{},"runtimeConfig":{"mac":""},"dns":null,"prevResult":null,"logLevel":""
            """#, arguments: "MAC=")
        #expect(read.problems == [])
        #expect(read.settings == VFSettings())
        #expect(read.ipamType == nil)
        #expect(read.previousResult == nil)
        #expect(read.logLevel == .info)
    }

    /// What the SR-IOV operator renders for a network.
    @Test func configurationsOfTheOperatorPass() throws {
        let read = try configuration(
            #"""
            "cniVersion":"1.0.0","type":"sriov","vlan":0,"spoofchk":"on","trust":"off",
            "vlanQoS":0,"vlanProto":"802.1q","min_tx_rate":0,"max_tx_rate":0,
            "link_state":"auto","logLevel":"info","capabilities":{"mac":true,"ips":true},
            "ipam":{"type":"host-local","subnet":"10.56.217.0/24"}
            """#)
        #expect(read.problems == [])
        #expect(read.settings.vlan == VLANTag.none)
    }

    @Test(arguments: [
        (#""mac":"02:00:00:00:00:03""#, "", "02:00:00:00:00:03"),
        (#""mac":"02:00:00:00:00:03""#, "MAC=02:00:00:00:00:02", "02:00:00:00:00:02"),
        (
            #""mac":"02:00:00:00:00:03","runtimeConfig":{"MAC":"02:00:00:00:00:01"}"#,
            "MAC=02:00:00:00:00:02", "02:00:00:00:00:01"
        ),
    ])
    func theMACOfTheRuntimeGoesFirst(members: String, arguments: String, mac: String) throws {
        let read = try configuration(members, arguments: arguments)
        #expect(read.settings.macAddress == MACAddress(mac))
    }

    @Test(arguments: [
        (#""vlan":4095"#, "vlan: must be an integer from 0 to 4094, not 4095"),
        (#""vlan":-1"#, "vlan: must be an integer from 0 to 4094, not -1"),
        (#""vlan":"100""#, "vlan: must be an integer from 0 to 4094, not a string"),
        (
            #""type":"sriov","ipam":{"type":"sriov"}"#,
            #"ipam.type: must not be "sriov", the plugin of the network itself"#
        ),
        (#""vlan":1,"vlanQoS":8"#, "vlanQoS: must be an integer from 0 to 7, not 8"),
        (#""vlanQoS":3"#, "vlanQoS: needs vlan"),
        (#""vlanQoS":3,"vlan":0"#, "vlanQoS: needs a vlan other than 0"),
        (#""vlanProto":"802.1ad""#, "vlanProto: needs vlan"),
        (#""vlanProto":"802.1ad","vlan":0"#, "vlanProto: needs a vlan other than 0"),
        (
            #""vlanProto":"802.1x","vlan":1"#,
            #"vlanProto: must be 802.1q or 802.1ad, not "802.1x""#
        ),
        (#""spoofchk":"true""#, #"spoofchk: must be on or off, not "true""#),
        (#""spoofchk":1"#, "spoofchk: must be on or off, not a number"),
        (#""trust":"yes""#, #"trust: must be on or off, not "yes""#),
        (
            #""link_state":"up""#,
            #"link_state: must be auto, enable or disable, not "up""#
        ),
        (
            #""mac":"01:00:5e:00:00:01""#,
            #"mac: must be a unicast address, not "01:00:5e:00:00:01""#
        ),
        (
            #""mac":"ff:ff:ff:ff:ff:ff""#,
            #"mac: must be a unicast address, not "ff:ff:ff:ff:ff:ff""#
        ),
        (#""mac":"00:00:00:00:00:00""#, "mac: must not be all zero"),
        (
            #""mac":"02:11:22:33:44""#,
            #"mac: must be a MAC address such as 02:11:22:33:44:55, not "02:11:22:33:44""#
        ),
        (#""mac":5"#, "mac: must be a MAC address such as 02:11:22:33:44:55, not a number"),
        (
            #""runtimeConfig":{"mac":"x"}"#,
            #"runtimeConfig.mac: must be a MAC address such as 02:11:22:33:44:55, not "x""#
        ),
        (#""runtimeConfig":[]"#, "runtimeConfig: must be an object, not an array"),
        (
            #""min_tx_rate":300,"max_tx_rate":200"#,
            "min_tx_rate: must not be above max_tx_rate, 300 is above 200"
        ),
        (#""min_tx_rate":-1"#, "min_tx_rate: must be an integer from 0 to 4294967295, not -1"),
        (
            #""max_tx_rate":4294967296"#,
            "max_tx_rate: must be an integer from 0 to 4294967295, not 4294967296"
        ),
        (#""ipam":"host-local""#, "ipam: must be an object, not a string"),
        (#""ipam":{"type":5}"#, "ipam.type: must be a string, not a number"),
        (#""dns":{"nameservers":"1.1.1.1"}"#, "dns.nameservers: must be an array, not a string"),
        (
            #""prevResult":{"ips":[{"address":"10.0.0.1"}]}"#,
            #"prevResult.ips[0].address: "10.0.0.1" is not of the form ADDRESS/LENGTH"#
        ),
        (
            #""prevResult":{"cniVersion":"9.0.0"}"#,
            #"prevResult.cniVersion: "9.0.0" is no version of results known here"#
        ),
        (#""logFile":1"#, "logFile: must be a string, not a number"),
    ])
    func aWrongValueIsNamedByItsKey(members: String, message: String) throws {
        let error = #expect(throws: CNIError.self) {
            try configuration(members).validate()
        }
        #expect(error == CNIError(.invalidConfiguration, message))
    }

    @Test func aWrongMACOfCNIArgsIsNamed() throws {
        let error = #expect(throws: CNIError.self) {
            try configuration("", arguments: "MAC=03:00:00:00:00:01").validate()
        }
        #expect(
            error?.message == #"CNI_ARGS MAC: must be a unicast address, not "03:00:00:00:00:01""#)
    }

    @Test(
        arguments: [
            (
                nil,
                "deviceID: missing, must be the PCI address of a VF, such as 0000:03:10.2, unless there is pf or pool"
            ),
            (
                #""""#,
                "deviceID: missing, must be the PCI address of a VF, such as 0000:03:10.2, unless there is pf or pool"
            ),
            (
                #""../0000:01:10.0""#,
                #"deviceID: must be the PCI address of a VF, such as 0000:03:10.2, not "../0000:01:10.0""#
            ),
            (
                #""0000:01:10.0/..""#,
                #"deviceID: must be the PCI address of a VF, such as 0000:03:10.2, not "0000:01:10.0/..""#
            ),
            (
                #""eth0""#,
                #"deviceID: must be the PCI address of a VF, such as 0000:03:10.2, not "eth0""#
            ),
            ("7", "deviceID: must be a string, not a number"),
        ] as [(String?, String)])
    func aWrongDeviceIsRefused(device: String?, message: String) throws {
        let error = #expect(throws: CNIError.self) {
            try configuration("", device: device).validate()
        }
        #expect(error == CNIError(.invalidConfiguration, message))
    }

    @Test(arguments: [
        #""deviceID":"0000:01:10.0","pciBusID":"0000:01:10.0""#,
        #""pciBusID":"0000:01:10.0""#,
        #""runtimeConfig":{"deviceID":"0000:01:10.0"}"#,
        #""deviceID":"","runtimeConfig":{"deviceID":"0000:01:10.0"},"pciBusID":null"#,
    ])
    func theVFIsTakenFromWhoeverNamesIt(members: String) throws {
        let read = try configuration(members, device: nil)
        #expect(read.problems == [])
        #expect(read.device == PCIAddress("0000:01:10.0"))
    }

    @Test func aPFOrAPoolStandsForTheVF() throws {
        #expect(
            try configuration(#""PF":"ens1f0""#, device: nil).physicalFunction
                == .interface("ens1f0"))
        let read = try configuration(#""pf":"0000:01:00.0""#, device: nil)
        #expect(read.physicalFunction == .address(try #require(PCIAddress("0000:01:00.0"))))
        #expect(read.problems == [])
        #expect(read.countsFree)
        let pool = try configuration(#""pool":"fast","statusCapacity":false"#, device: nil)
        #expect(pool.pool == "fast")
        #expect(!pool.countsFree)
    }

    @Test func onlyRatesThatContradictEachOtherAreRefused() throws {
        #expect(try configuration(#""min_tx_rate":300,"max_tx_rate":0"#).problems == [])
        #expect(try configuration(#""min_tx_rate":300"#).problems == [])
    }

    @Test func furtherProblemsAreTheDetails() throws {
        let error = #expect(throws: CNIError.self) {
            try configuration(#""vlan":9999,"trust":"maybe""#).validate()
        }
        #expect(error?.message == "vlan: must be an integer from 0 to 4094, not 9999")
        #expect(error?.details == #"trust: must be on or off, not "maybe""#)
    }

    @Test func whatIsSoundSurvivesAProblemElsewhere() throws {
        let read = try configuration(#""vlan":"x","spoofchk":"off","ipam":{"type":"static"}"#)
        #expect(read.settings == VFSettings(spoofCheck: false))
        #expect(read.ipamType == "static")
        #expect(read.device == PCIAddress("0000:01:10.0"))
    }

    @Test func anUnknownLogLevelIsNoError() throws {
        let read = try configuration(#""logLevel":"loud""#)
        #expect(read.problems == [])
        #expect(read.warnings == [#"logLevel: "loud" is not known, using info"#])
        #expect(read.logLevel == .info)
    }
}

@Suite struct CNIInputTests {
    @Test(
        arguments: [
            ("", 6, "stdin is empty"),
            (" \n", 6, "stdin is empty"),
            ("garbage", 6, "stdin is not a JSON document"),
            (#"{"name":"n"} x"#, 6, "stdin is not a JSON document"),
            ("[]", 6, "stdin must be a JSON object, not an array"),
            ("null", 6, "stdin must be a JSON object, not null"),
            (#"{"name":5}"#, 6, "name: must be a string, not a number"),
            ("{}", 7, "missing network name"),
            (#"{"name":"a/b"}"#, 7, "invalid characters found in network name"),
            (#"{"name":"a\n"}"#, 7, "invalid characters found in network name"),
            (#"{"name":"n","cniVersion":1}"#, 6, "cniVersion: must be a string, not a number"),
            (#"{"name":"n","cniVersion":"1.2.0"}"#, 1, "incompatible CNI versions"),
            (#"{"name":"n","cniVersion":"x"}"#, 1, "incompatible CNI versions"),
        ] as [(String, UInt64, String)])
    func whatCannotBeUnderstoodIsRefused(text: String, code: UInt64, message: String) {
        let error = #expect(throws: CNIError.self) {
            try CNIInput { Array(text.utf8) }.validated()
        }
        #expect(error?.code.rawValue == code)
        #expect(error?.message == message)
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let error = #expect(throws: CNIError.self) {
            try CNIInput { [0x7b, 0xff, 0x7d] }.validated()
        }
        #expect(error == CNIError(.decoding, "stdin is not UTF-8 text"))
    }

    @Test func aStreamThatCannotBeReadIsAnInputError() {
        let error = #expect(throws: CNIError.self) {
            try CNIInput {
                throw SystemCallError(
                    operation: "read", subject: "standard input",
                    errno: ErrorNumber(rawValue: 5))
            }.validated()
        }
        #expect(error?.code.rawValue == 5)
        #expect(
            error?.message == "stdin cannot be read: read standard input: input/output error (EIO)")
    }

    @Test func theSupportedVersionsAreListed() {
        let error = #expect(throws: CNIError.self) {
            try CNIInput { Array(#"{"name":"n","cniVersion":"2.0.0"}"#.utf8) }.validated()
        }
        #expect(
            error?.details == #"config is "2.0.0", plugin supports ["#
                + #""0.1.0" "0.2.0" "0.3.0" "0.3.1" "0.4.0" "1.0.0" "1.1.0"]"#)
    }

    @Test func aConfigurationWithoutVersionIsOfTheFirst() throws {
        let (name, version) = try CNIInput { Array(#"{"NAME":"n"}"#.utf8) }.validated()
        #expect(name == "n")
        #expect(version.description == "0.1.0")
    }
}
