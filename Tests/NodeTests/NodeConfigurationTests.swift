import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Testing

/// What the configuration file may say of PFs, and what is wrong with one.
@Suite struct NodeConfigurationTests {
    private let path = "/etc/vfmap/config.json"

    private func configuration(_ text: String) throws -> NodeConfiguration {
        try NodeConfiguration(parsing: Array(text.utf8), path: path)
    }

    private func refusal(_ text: String) -> String? {
        do {
            _ = try configuration(text)
            return nil
        } catch {
            return (error as? ManagerError)?.code == .invalidRequest ? "\(error)" : "another code"
        }
    }

    @Test func everythingCanBeSaid() throws {
        let configuration = try configuration(
            #"""
            {"$schema": "config.schema.json", "daemon": {"anything": [1]},
             "resourceList": [{"resourceName": "fast", "selectors": {"pfNames": ["ens1f0#0-1"]}}],
             "physicalFunctions": [
              {"name": "ens1f0", "numVFs": 4, "mtu": 9000, "up": true, "vfDriver": "netdevice",
               "eswitchMode": "switchdev", "vfDefaults": {"spoofChk": "off", "trust": true,
               "linkState": "enable", "vlan": 100, "vlanQoS": 3, "vlanProto": "802.1ad",
               "minTxRate": 10, "maxTxRate": 200, "mtu": 1400}},
              {"ADDRESS": "0000:03:00.1", "NumVfs": 0, "vfDriver": "vfio-pci"},
              {"selectors": [{"vendors": ["8086"], "devices": ["0x1592"]},
               {"drivers": ["mlx5_core"], "linkTypes": ["ether"], "numaNodes": [0, 1]}],
               "externallyManaged": true}]}
            """#)
        var first = PhysicalFunctionSelector()
        first.vendors = [0x8086]
        first.devices = [0x1592]
        var second = PhysicalFunctionSelector()
        second.drivers = ["mlx5_core"]
        second.linkTypes = [.ethernet]
        second.numaNodes = [0, 1]
        #expect(
            configuration.physicalFunctions == [
                PhysicalFunctionConfiguration(
                    key: "physicalFunctions[0]", subject: .reference(.interface("ens1f0")),
                    numberOfVFs: 4, mtu: 9000, bringsUp: true, driver: .netdevice,
                    eswitchMode: .switchdev,
                    defaults: VFSettings(
                        vlan: VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad),
                        minimumRate: 10, maximumRate: 200, spoofCheck: false, trust: true,
                        linkState: .enabled, mtu: 1400)),
                PhysicalFunctionConfiguration(
                    key: "physicalFunctions[1]",
                    subject: .reference(.address(try #require(PCIAddress("0000:03:00.1")))),
                    numberOfVFs: 0, driver: .named("vfio-pci")),
                PhysicalFunctionConfiguration(
                    key: "physicalFunctions[2]", subject: .selectors([first, second]),
                    isExternallyManaged: true),
            ])
        #expect(configuration.pools.pools.map(\.name) == ["fast"])
        #expect(try self.configuration("{}").physicalFunctions == [])
    }

    @Test(arguments: [
        ("[]", "must be a JSON object, not an array"),
        (#"{"physicalFunction": []}"#, "physicalFunction: is not known"),
        (#"{"physicalFunctions": {}}"#, "physicalFunctions: must be an array, not an object"),
        (
            #"{"resourceList": [{"resourceName": ""}]}"#, "resourceList[0].resourceName: missing"
        ),
    ])
    func theFileItselfIsChecked(text: String, message: String) {
        #expect(refusal(text) == "\(path): \(message)")
    }

    @Test(arguments: [
        ("", "must be the name of an interface, not \"a b\"", #""name": "a b""#, ".name"),
        ("", "must be the name of an interface, not \"\"", #""name": """#, ".name"),
        (
            "", #"must be a PCI address such as 0000:03:00.0, not "03:00.0""#,
            #""address": "03:00.0""#, ".address"
        ),
        ("", "needs a name, an address or selectors", #""numVFs": 2"#, ""),
        (
            "", "must have one of name and selectors, not both", #""name": "a", "selectors": {}"#,
            ""
        ),
        ("", "must not be an empty array", #""selectors": []"#, ".selectors"),
        ("", "selects every PF of the host; say which", #""selectors": {}"#, ".selectors"),
        (
            "", "is not known", #""selectors": [{"pfNames": ["x"]}]"#,
            ".selectors[0].pfNames"
        ),
        (
            "", "must be a whole number", #""selectors": {"numaNodes": ["0"]}"#,
            ".selectors.numaNodes[0]"
        ),
        ("a", "must be an integer from 0 to 65535, not -1", #""numVFs": -1"#, ".numVFs"),
        ("a", "must be an integer from 0 to 65535, not a string", #""numVFs": "4""#, ".numVFs"),
        (
            "a", "contradicts externallyManaged, which leaves it to others",
            #""numVFs": 4, "externallyManaged": true"#, ".numVFs"
        ),
        ("a", "must be an integer from 68 to 65535, not 67", #""mtu": 67"#, ".mtu"),
        ("a", "must be true or absent: vfmap takes no PF down", #""up": false"#, ".up"),
        ("a", "must be true or false, not a string", #""up": "yes""#, ".up"),
        (
            "a", #"must be netdevice, vfio-pci or the name of a driver, not "../x""#,
            #""vfDriver": "../x""#, ".vfDriver"
        ),
        (
            "a", #"must be legacy or switchdev, not "offload""#, #""eswitchMode": "offload""#,
            ".eswitchMode"
        ),
        ("a", "is not known", #""vfDefaults": {"mac": "02:00:00:00:00:01"}"#, ".vfDefaults.mac"),
        (
            "a", #"must be on or off, not "yes""#, #""vfDefaults": {"trust": "yes"}"#,
            ".vfDefaults.trust"
        ),
        (
            "a", "must be on or off, not a number", #""vfDefaults": {"spoofchk": 1}"#,
            ".vfDefaults.spoofChk"
        ),
        (
            "a", #"must be auto, enable or disable, not "up""#,
            #""vfDefaults": {"linkState": "up"}"#, ".vfDefaults.linkState"
        ),
        (
            "a", "must be an integer from 0 to 4094, not 4095", #""vfDefaults": {"vlan": 4095}"#,
            ".vfDefaults.vlan"
        ),
        ("a", "needs vlan", #""vfDefaults": {"vlanQoS": 3}"#, ".vfDefaults.vlanQoS"),
        (
            "a", "needs a vlan other than 0", #""vfDefaults": {"vlan": 0, "vlanProto": "802.1ad"}"#,
            ".vfDefaults.vlanProto"
        ),
        (
            "a", "must not be above maxTxRate, 20 is above 10",
            #""vfDefaults": {"minTxRate": 20, "maxTxRate": 10}"#, ".vfDefaults.minTxRate"
        ),
        (
            "a", "a VF that is bound to vfio-pci has no interface",
            #""vfDriver": "vfio-pci", "vfDefaults": {"mtu": 1500}"#, ".vfDefaults.mtu"
        ),
        ("a", "is not known", #""numvfs ": 3"#, ".numvfs "),
    ])
    func whatIsWrongIsNamedByItsKey(
        name: String, message: String, members: String, key: String
    ) {
        let named = name.isEmpty ? "" : #""name": "\#(name)", "#
        #expect(
            refusal(#"{"physicalFunctions": [{\#(named)\#(members)}]}"#)
                == "\(path): physicalFunctions[0]\(key): \(message)")
    }

    @Test func aPFIsNamedOnce() {
        #expect(
            refusal(#"{"physicalFunctions": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}"#)
                == "\(path): physicalFunctions[2]: there is another for a")
    }

    @Test(arguments: [
        (
            "{\n  \"physicalFunctions\": [\n    {\"name\": \"a\",}\n  ]\n}",
            "line 3, column 18: a key is missing"
        ),
        ("{\"é\": }", "line 1, column 7: a value is missing"),
        ("", "line 1, column 1: a value is missing"),
        ("{}\n}", "line 2, column 1: there is more text"),
    ])
    func mistakesInTheSyntaxAreNamedByLineAndColumn(text: String, place: String) {
        #expect(refusal(text) == "\(path): is not a JSON document: \(place)")
    }

    @Test(arguments: [
        (#"{"resourceList": [], "resourceList": []}"#, "resourceList: is given twice"),
        (
            #"{"physicalFunctions": [{"name": "a"}, {"name": "b", "mtu": 1500, "mtu": 1500}]}"#,
            "physicalFunctions[1].mtu: is given twice"
        ),
        (
            #"{"physicalFunctions": [{"name": "a", "vfDefaults": {"trust": "on", "\u0074rust": "on"}}]}"#,
            "physicalFunctions[0].vfDefaults.trust: is given twice"
        ),
        (
            #"{"resourceList": [{"resourceName": "a", "additionalInfo": {"*": {"b": 1, "b": 2}}}]}"#,
            "resourceList[0].additionalInfo.*.b: is given twice"
        ),
        (
            #"{"physicalFunctions": [{"name": "a", "numVFs": 1, "numvfs": 2}]}"#,
            "physicalFunctions[0].numvfs: is given twice: upper and lower case do not matter in keys"
        ),
        // The daemon's section belongs to the same document.
        (
            #"{"daemon": {"logLevel": "info", "logLevel": "debug"}}"#,
            "daemon.logLevel: is given twice"
        ),
    ])
    func aKeyIsGivenOnce(text: String, problem: String) {
        #expect(refusal(text) == "\(path): \(problem)")
    }

    /// Their own case matters: what they mean is another program's business.
    @Test func keysOfAdditionalInfoMayDifferByCase() {
        #expect(
            refusal(
                #"{"resourceList": [{"resourceName": "a", "additionalInfo": {"a": 1, "A": 2}}]}"#)
                == nil)
    }

    @Test func aFileThatIsNotThereIsNotFound() {
        let error = #expect(throws: ManagerError.self) {
            try NodeConfiguration.read("/nonexistent/config.json")
        }
        #expect(error?.code == .notFound)
        #expect(
            error?.description
                == "configuration file: open /nonexistent/config.json: no such file or directory (ENOENT)"
        )
    }

    @Test func theFirstElementThatNamesAPFCounts() throws {
        let configuration = try configuration(
            #"""
            {"physicalFunctions": [{"name": "alias", "numVFs": 1},
             {"address": "0000:01:00.0", "numVFs": 2}, {"selectors": {"drivers": ["ice"]}}]}
            """#)
        let function = PhysicalFunction(
            address: SimulatedHost.pfAddress(), interfaceName: "pf0", driver: "ice")
        var link = Link(index: 2, name: "pf0")
        #expect(
            configuration.element(for: .init(function: function, link: link))?.numberOfVFs == 2)
        link.alternativeNames = ["alias"]
        #expect(
            configuration.element(for: .init(function: function, link: link))?.numberOfVFs == 1)
    }
}
