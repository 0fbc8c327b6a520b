import CNI
import CNIPlugin
import LinuxSystem
import Netlink
import SRIOV
import Testing

/// The keys beyond those of the plugin whose place this one takes.
@Suite struct CapabilityTests {
    private func configuration(_ members: String) throws -> NetworkConfiguration {
        let text = #"{"deviceID":"0000:01:10.0","name":"n",\#(members)}"#
        let input = CNIInput { Array(text.utf8) }
        return NetworkConfiguration(input.object, version: .newest, arguments: .none)
    }

    private func bandwidth(_ members: String, _ others: String = "") throws -> NetworkConfiguration
    {
        try configuration(#""runtimeConfig":{"bandwidth":{\#(members)}}\#(others)"#)
    }

    @Test func everyKeyIsRead() throws {
        let read = try configuration(
            #"""
            "mtu":9000,"promisc":true,"allmulti":"Off","linkStateIgnoreUnsupported":true,
            "resetOnRelease":"on","announce":false,
            "runtimeConfig":{"CNIDeviceInfoFile":"/run/info/x.json"}
            """#)
        #expect(read.problems == [])
        #expect(
            read.settings
                == VFSettings(
                    mtu: 9000, isPromiscuous: true, receivesAllMulticast: false,
                    toleratesUnsupportedLinkState: true, resetsOnRelease: true))
        #expect(!read.announcesAddresses)
        #expect(read.deviceInfoPath == "/run/info/x.json")
    }

    @Test func whatIsAbsentNullOrEmptyIsLeftAlone() throws {
        let read = try configuration(
            #"""
            "mtu":0,"promisc":null,"allmulti":"","resetOnRelease":null,"announce":null,
            "runtimeConfig":{"CNIDeviceInfoFile":"","bandwidth":null}
            """#)
        #expect(read.problems == [])
        #expect(read.settings == VFSettings())
        #expect(read.announcesAddresses)
        #expect(read.deviceInfoPath == nil)
    }

    @Test(arguments: [
        (#""mtu":67"#, "mtu: must be an integer from 68 to 65535, not 67"),
        (#""mtu":65536"#, "mtu: must be an integer from 68 to 65535, not 65536"),
        (#""mtu":"9000""#, "mtu: must be an integer from 68 to 65535, not a string"),
        (#""promisc":"yes""#, #"promisc: must be on or off, not "yes""#),
        (#""promisc":1"#, #"promisc: must be on or off, not a number"#),
        (#""allmulti":"true""#, #"allmulti: must be on or off, not "true""#),
        (
            #""linkStateIgnoreUnsupported":[]"#,
            #"linkStateIgnoreUnsupported: must be on or off, not an array"#
        ),
        (
            #""resetOnRelease":{}"#,
            #"resetOnRelease: must be on or off, not an object"#
        ),
        (#""announce":0"#, #"announce: must be on or off, not a number"#),
        (
            #""runtimeConfig":{"CNIDeviceInfoFile":"info.json"}"#,
            #"runtimeConfig.CNIDeviceInfoFile: must be the absolute path of a file, not "info.json""#
        ),
        (
            #""runtimeConfig":{"CNIDeviceInfoFile":"/run/info/"}"#,
            #"runtimeConfig.CNIDeviceInfoFile: must be the absolute path of a file, not "/run/info/""#
        ),
        (
            #""runtimeConfig":{"CNIDeviceInfoFile":true}"#,
            "runtimeConfig.CNIDeviceInfoFile: must be a string, not a boolean"
        ),
        (
            #""runtimeConfig":{"bandwidth":5}"#,
            "runtimeConfig.bandwidth: must be an object, not a number"
        ),
    ])
    func aWrongValueIsNamedByItsKey(members: String, message: String) throws {
        let error = #expect(throws: CNIError.self) { try configuration(members).validate() }
        #expect(error == CNIError(.invalidConfiguration, message))
    }

    // MARK: Bandwidth

    @Test(
        arguments: [
            (#""egressRate":1000000"#, 1),
            (#""egressRate":200000000,"egressBurst":4294967295"#, 200),
            (#""egressRate":200999999"#, 200),
            (#""egressRate":1"#, 1),
            (#""egressRate":4294967295000000"#, 4_294_967_295),
            (#""egressRate":0,"ingressRate":0"#, nil),
            (#""egressBurst":8000,"ingressBurst":18446744073709551615"#, nil),
            ("", nil),
            (#""EgressRate":5000000,"IngressRate":0"#, 5),
        ] as [(String, UInt32?)])
    func theEgressRateIsRoundedDownToMegabitsButNotToNoLimit(
        members: String, limit: UInt32?
    ) throws {
        let read = try bandwidth(members)
        #expect(read.problems == [])
        #expect(read.settings == VFSettings(maximumRate: limit))
    }

    @Test func aRateBelowTheLeastIsWarnedOf() throws {
        #expect(
            try bandwidth(#""egressRate":999999"#).warnings == [
                "runtimeConfig.bandwidth.egressRate: 999999 bit/s is below what a VF can be limited "
                    + "to, using 1 Mbit/s"
            ])
        #expect(try bandwidth(#""egressRate":1000000"#).warnings == [])
    }

    @Test(arguments: [(100, 100), (300, 200), (0, 200)] as [(Int, UInt32)])
    func ofTwoLimitsTheLowerCounts(network: Int, limit: UInt32) throws {
        let read = try bandwidth(#""egressRate":200000000"#, ",\"max_tx_rate\":\(network)")
        #expect(read.problems == [])
        #expect(read.settings == VFSettings(maximumRate: limit))
    }

    @Test(arguments: [
        (
            #""ingressRate":1000000"#, "",
            "runtimeConfig.bandwidth.ingressRate: cannot be kept, a VF limits only what it sends"
        ),
        (
            #""egressRate":4294967295000001"#, "",
            "runtimeConfig.bandwidth.egressRate: must be an integer from 0 to 4294967295000000, not 4294967295000001"
        ),
        (
            #""egressRate":"1M""#, "",
            "runtimeConfig.bandwidth.egressRate: must be an integer from 0 to 4294967295000000, not a string"
        ),
        (
            #""egressRate":1,"egressBurst":-1"#, "",
            "runtimeConfig.bandwidth.egressBurst: must be an integer from 0 to 18446744073709551615, not -1"
        ),
        (
            #""egressRate":50000000"#, #","min_tx_rate":60"#,
            "runtimeConfig.bandwidth.egressRate: must not be below min_tx_rate, 50 Mbit/s is below 60"
        ),
    ])
    func aBandwidthThatCannotBeIsRefused(
        members: String, others: String, message: String
    ) throws {
        let error = #expect(throws: CNIError.self) { try bandwidth(members, others).validate() }
        #expect(error == CNIError(.invalidConfiguration, message))
    }
}
