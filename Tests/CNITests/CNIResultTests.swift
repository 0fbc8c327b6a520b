import CNI
import JSON
import Netlink
import Testing

@Suite struct CNIResultTests {
    private func object(_ text: String) throws -> JSONObject {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            throw JSONKeyError("document", "is no object")
        }
        return JSONObject(members)
    }

    private func result(_ text: String, _ version: String = "1.0.0") throws -> CNIResult {
        try CNIResult(
            object(text), defaultVersion: try #require(CNIVersion(version)))
    }

    private func printed(_ result: CNIResult, _ version: String) throws -> String {
        let version = try #require(CNIVersion(version))
        return String(decoding: result.document(version: version).encoded(), as: UTF8.self)
    }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

    private func full() throws -> CNIResult {
        var result = CNIResult()
        result.interfaces = [
            CNIResult.Interface(name: "net1", mac: "02:00:00:00:00:01", sandbox: "/run/netns/a")
        ]
        result.addresses = [
            CNIResult.Address(
                try network("10.1.0.5/24"), gateway: IPAddress("10.1.0.1"), interface: 0),
            CNIResult.Address(
                try network("fd00::5/64"), gateway: IPAddress("fd00::1"), interface: 0),
            CNIResult.Address(try network("10.2.0.5/24"), interface: 0),
        ]
        result.routes = [
            CNIResult.Route(try network("0.0.0.0/0")),
            CNIResult.Route(
                try network("::/0"), gateway: IPAddress("fd00::2"), mtu: 1400,
                advertisedMSS: 1360, priority: 50, table: 0, scope: 0),
        ]
        result.dns.nameservers = ["10.1.0.53"]
        result.dns.domain = "example.org"
        return result
    }

    @Test(arguments: ["0.1.0", "0.2.0"])
    func theOldestVersionsHaveOneAddressOfEachFamily(version: String) throws {
        #expect(
            try printed(full(), version)
                == #"{"cniVersion":"\#(version)","#
                + #""dns":{"domain":"example.org","nameservers":["10.1.0.53"]},"#
                + #""ip4":{"gateway":"10.1.0.1","ip":"10.1.0.5/24","#
                + #""routes":[{"dst":"0.0.0.0/0"}]},"#
                + #""ip6":{"gateway":"fd00::1","ip":"fd00::5/64","#
                + #""routes":[{"dst":"::/0","gw":"fd00::2"}]}}"#)
    }

    @Test(arguments: ["0.3.0", "0.3.1", "0.4.0"])
    func theMiddleVersionsNameTheFamily(version: String) throws {
        #expect(
            try printed(full(), version)
                == #"{"cniVersion":"\#(version)","#
                + #""dns":{"domain":"example.org","nameservers":["10.1.0.53"]},"#
                + #""interfaces":[{"mac":"02:00:00:00:00:01","name":"net1","#
                + #""sandbox":"/run/netns/a"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0,"#
                + #""version":"4"},"#
                + #"{"address":"fd00::5/64","gateway":"fd00::1","interface":0,"version":"6"},"#
                + #"{"address":"10.2.0.5/24","interface":0,"version":"4"}],"#
                + #""routes":[{"dst":"0.0.0.0/0"},{"advmss":1360,"dst":"::/0","gw":"fd00::2","#
                + #""mtu":1400,"priority":50,"scope":0,"table":0}]}"#)
    }

    @Test func versionOneNamesNoFamily() throws {
        #expect(
            try printed(full(), "1.0.0")
                == #"{"cniVersion":"1.0.0","#
                + #""dns":{"domain":"example.org","nameservers":["10.1.0.53"]},"#
                + #""interfaces":[{"mac":"02:00:00:00:00:01","name":"net1","#
                + #""sandbox":"/run/netns/a"}],"#
                + #""ips":[{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":0},"#
                + #"{"address":"fd00::5/64","gateway":"fd00::1","interface":0},"#
                + #"{"address":"10.2.0.5/24","interface":0}],"#
                + #""routes":[{"dst":"0.0.0.0/0"},{"advmss":1360,"dst":"::/0","gw":"fd00::2","#
                + #""mtu":1400,"priority":50,"scope":0,"table":0}]}"#)
    }

    @Test(arguments: [
        ("0.2.0", #"{"cniVersion":"0.2.0","dns":{}}"#),
        ("0.4.0", #"{"cniVersion":"0.4.0","dns":{},"interfaces":[{"name":"net1"}]}"#),
        ("1.0.0", #"{"cniVersion":"1.0.0","interfaces":[{"name":"net1"}]}"#),
        ("1.1.0", #"{"cniVersion":"1.1.0","interfaces":[{"name":"net1"}]}"#),
    ])
    func anEmptyDNSIsPrintedBeforeVersionOneOnly(version: String, text: String) throws {
        var result = CNIResult()
        result.interfaces = [CNIResult.Interface(name: "net1")]
        #expect(try printed(result, version) == text)
    }

    @Test(arguments: ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"])
    func aResultSurvivesItsOwnVersion(version: String) throws {
        let text = try printed(full(), version)
        #expect(try printed(result(text), version) == text)
    }

    /// What the later versions have besides, and what is dropped for the earlier ones.
    @Test(
        arguments: [
            (
                "1.1.0",
                #"{"cniVersion":"1.1.0","interfaces":[{"mac":"02:00:00:00:00:01","mtu":9000,"name":"net1","pciID":"0000:01:10.0","sandbox":"/run/netns/a","socketPath":"/run/s"}],"ips":[{"address":"10.1.0.5/24","interface":0}],"routes":[{"advmss":8960,"dst":"10.0.0.0/8","gw":"10.1.0.1","mtu":9000,"priority":10,"scope":0,"table":100}]}"#
            ),
            (
                "0.4.0",
                #"{"cniVersion":"0.4.0","dns":{},"interfaces":[{"mac":"02:00:00:00:00:01","name":"net1","sandbox":"/run/netns/a"}],"ips":[{"address":"10.1.0.5/24","interface":0,"version":"4"}],"routes":[{"advmss":8960,"dst":"10.0.0.0/8","gw":"10.1.0.1","mtu":9000,"priority":10,"scope":0,"table":100}]}"#
            ),
            (
                "0.2.0",
                #"{"cniVersion":"0.2.0","dns":{},"ip4":{"ip":"10.1.0.5/24","routes":[{"dst":"10.0.0.0/8","gw":"10.1.0.1"}]}}"#
            ),
        ] as [(String, String)])
    func everyFieldOfTheNewestVersionIsKeptAsFarAsThereIsRoom(
        version: String, text: String
    ) throws {
        let newest = #"""
            {"cniVersion":"1.1.0","interfaces":[{"name":"net1","mac":"02:00:00:00:00:01",
            "mtu":9000,"sandbox":"/run/netns/a","socketPath":"/run/s","pciID":"0000:01:10.0"}],
            "ips":[{"address":"10.1.0.5/24","interface":0}],"routes":[{"dst":"10.0.0.0/8",
            "gw":"10.1.0.1","mtu":9000,"advmss":8960,"priority":10,"table":100,"scope":0}]}
            """#
        #expect(try printed(result(newest), version) == text)
    }

    /// What the plugin `static` 1.1.1 prints in each version for the same addresses.
    @Test(arguments: [
        #"{"cniVersion":"0.1.0","ip4":{"ip":"10.0.0.5/24","gateway":"10.0.0.1","routes":[{"dst":"0.0.0.0/0"}]},"ip6":{"ip":"fd00::5/64"},"dns":{}}"#,
        #"{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.0.0.5/24","gateway":"10.0.0.1"},{"version":"6","address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0"}],"dns":{}}"#,
        #"{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.5/24","gateway":"10.0.0.1"},{"address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0"}],"dns":{}}"#,
        #"{"ips":[{"address":"10.0.0.5/24","gateway":"10.0.0.1","interface":7},{"address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0"}]}"#,
        #"{"cniVersion":"1.1.0","IPs":[{"Address":"10.0.0.5/24","gateway":"10.0.0.1"},{"address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0"}]}"#,
    ])
    func resultsOfIPAMPluginsReadTheSameInEveryVersion(text: String) throws {
        var expected = CNIResult()
        expected.addresses = [
            CNIResult.Address(try network("10.0.0.5/24"), gateway: IPAddress("10.0.0.1")),
            CNIResult.Address(try network("fd00::5/64")),
        ]
        expected.routes = [CNIResult.Route(try network("0.0.0.0/0"))]
        #expect(try result(text) == expected)
    }

    @Test(arguments: [
        (#"{"ips":[{}]}"#, "ips[0].address: missing"),
        (
            #"{"ips":[{"address":"10.0.0.5/33"}]}"#,
            #"ips[0].address: "10.0.0.5/33" is not of the form ADDRESS/LENGTH"#
        ),
        (
            #"{"ips":[{"address":"10.0.0.5/24","gateway":"x"}]}"#,
            #"ips[0].gateway: "x" is not an IP address"#
        ),
        (
            #"{"interfaces":[{"name":"a"}],"ips":[{"address":"10.0.0.5/24","interface":1}]}"#,
            "ips[0].interface: must be less than 1, not 1"
        ),
        (#"{"routes":[{"gw":"10.0.0.1"}]}"#, "routes[0].dst: missing"),
        (#"{"ips":{}}"#, "ips: must be an array, not an object"),
    ])
    func aResultThatMakesNoSenseIsRefused(text: String, message: String) {
        let error = #expect(throws: JSONKeyError.self) { try result(text) }
        #expect(error?.description == message)
    }

    @Test func aLaterResultComesOnTopOfAnEarlierOne() throws {
        let earlier = try result(
            #"""
            {"interfaces":[{"name":"br0","mac":"02:00:00:00:00:09"},
            {"name":"eth0","sandbox":"/run/netns/a","mtu":1450,"pciID":"x"}],
            "ips":[{"address":"10.9.0.5/24","interface":1}],
            "routes":[{"dst":"0.0.0.0/0","gw":"10.9.0.1"}],"dns":{"nameservers":["10.9.0.53"]}}
            """#)
        let merged = earlier.merging(try full())
        #expect(
            try printed(merged, "1.0.0")
                == #"{"cniVersion":"1.0.0","dns":{"nameservers":["10.9.0.53"]},"#
                + #""interfaces":[{"mac":"02:00:00:00:00:09","name":"br0"},"#
                + #"{"mtu":1450,"name":"eth0","pciID":"x","sandbox":"/run/netns/a"},"#
                + #"{"mac":"02:00:00:00:00:01","name":"net1","sandbox":"/run/netns/a"}],"#
                + #""ips":[{"address":"10.9.0.5/24","interface":1},"#
                + #"{"address":"10.1.0.5/24","gateway":"10.1.0.1","interface":2},"#
                + #"{"address":"fd00::5/64","gateway":"fd00::1","interface":2},"#
                + #"{"address":"10.2.0.5/24","interface":2}],"#
                + #""routes":[{"dst":"0.0.0.0/0","gw":"10.9.0.1"},{"dst":"0.0.0.0/0"},"#
                + #"{"advmss":1360,"dst":"::/0","gw":"fd00::2","mtu":1400,"priority":50,"#
                + #""scope":0,"table":0}]}"#)
    }
}

@Suite struct CNIErrorTests {
    @Test func anErrorIsOneDocument() {
        let error = CNIError(.invalidConfiguration, "vlan: a/b", details: "more")
        let document = error.document(version: .newest).encoded()
        #expect(
            String(decoding: document, as: UTF8.self)
                == #"{"cniVersion":"1.1.0","code":7,"details":"more","msg":"vlan: a/b"}"#)
    }

    @Test func noDetailsAreLeftOut() {
        let document = CNIError(.internal, "x").document(version: .whenAbsent).encoded()
        #expect(
            String(decoding: document, as: UTF8.self)
                == #"{"cniVersion":"0.1.0","code":999,"msg":"x"}"#)
    }
}
