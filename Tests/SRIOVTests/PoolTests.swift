import LinuxSystem
import SRIOV
import Testing

/// Which VFs a configuration file's pools have, and what is wrong with one.
@Suite struct PoolTests {
    private let path = "/etc/vfmap/config.json"

    private func list(_ text: String) throws -> PoolList {
        try PoolList(parsing: Array(text.utf8), path: path)
    }

    /// Two PFs: ens1f0 (Intel, at 0000:03:00.0) with VFs 0 to 3, and ib0 (Mellanox, InfiniBand, at
    /// 0000:05:00.0) with VFs 0 and 1, of which the last is bound to vfio-pci.
    private func functions() throws -> [(VirtualFunction, PhysicalFunction)] {
        let intel = PhysicalFunction(
            address: try #require(PCIAddress("0000:03:00.0")), interfaceName: "ens1f0",
            driver: "ice", vendor: 0x8086, device: 0x1592, linkType: .ethernet)
        let mellanox = PhysicalFunction(
            address: try #require(PCIAddress("0000:05:00.0")), interfaceName: "ib0",
            driver: "mlx5_core", vendor: 0x15b3, device: 0x1019, linkType: .infiniBand)
        var functions: [(VirtualFunction, PhysicalFunction)] = []
        for index in 0..<4 {
            functions.append(
                (
                    VirtualFunction(
                        address: try #require(PCIAddress("0000:03:01.\(index)")),
                        physicalFunction: intel.address, index: index,
                        interfaceName: KernelText("ens1f0v\(index)"), driver: "iavf",
                        vendor: 0x8086,
                        device: 0x1889), intel
                ))
        }
        for index in 0..<2 {
            functions.append(
                (
                    VirtualFunction(
                        address: try #require(PCIAddress("0000:05:00.\(index + 1)")),
                        physicalFunction: mellanox.address, index: index,
                        driver: index == 0 ? "mlx5_core" : "vfio-pci", vendor: 0x15b3,
                        device: 0x101a, rdmaDevice: index == 0 ? "mlx5_2" : nil), mellanox
                ))
        }
        return functions
    }

    private func members(_ name: String, _ list: PoolList) throws -> [String] {
        try functions().filter { list.pool(of: $0.0, on: $0.1)?.name == name }
            .map(\.0.address.description)
    }

    @Test(
        arguments: [
            ("{}", ["03:01.0", "03:01.1", "03:01.2", "03:01.3", "05:00.1", "05:00.2"]),
            (#"{"vendors":["15B3"]}"#, ["05:00.1", "05:00.2"]),
            (
                #"{"vendors":["0x15b3","8086"],"devices":["1889"]}"#,
                ["03:01.0", "03:01.1", "03:01.2", "03:01.3"]
            ),
            (#"{"vendors":["15b3"],"devices":["1889"]}"#, []),
            (#"{"drivers":["vfio-pci"]}"#, ["05:00.2"]),
            (#"{"pciAddresses":["0000:03:01.1","0000:05:00.1"]}"#, ["03:01.1", "05:00.1"]),
            (#"{"pfNames":["ens1f0"]}"#, ["03:01.0", "03:01.1", "03:01.2", "03:01.3"]),
            (
                #"{"PFNAMES":["ens1f0#0,2-3","ib0#1"]}"#,
                ["03:01.0", "03:01.2", "03:01.3", "05:00.2"]
            ),
            (#"{"pfNames":["0000:03:00.0#1-2"]}"#, ["03:01.1", "03:01.2"]),
            (
                #"{"rootDevices":["0000:05:00.0","0000:03:00.0#3"]}"#,
                ["03:01.3", "05:00.1", "05:00.2"]
            ),
            (#"{"linkTypes":["infiniband"]}"#, ["05:00.1", "05:00.2"]),
            (#"{"linkTypes":["Ether"],"pfNames":["ib0"]}"#, []),
            (#"{"IsRdma":true}"#, ["05:00.1"]),
            (
                #"{"isRdma":false,"NeedVhostNet":true,"drivers":[],"vendors":null,"pfNames":["ib0"]}"#,
                ["05:00.1", "05:00.2"]
            ),
            (#"[{"pfNames":["ens1f0#0"]},{"drivers":["vfio-pci"]}]"#, ["03:01.0", "05:00.2"]),
        ] as [(String, [String])])
    func selectorsSelect(selectors: String, expected: [String]) throws {
        let list = try list(
            #"{"resourceList":[{"resourceName":"p","selectors":\#(selectors)}]}"#)
        #expect(try members("p", list) == expected.map { "0000:\($0)" })
        #expect(try list.pool(named: "p").name == "p")
    }

    @Test func aVFBelongsToTheFirstPoolThatSelectsIt() throws {
        let list = try list(
            #"""
            {"resourceList":[{"resourceName":"a","selectors":{"pfNames":["ens1f0#0-1"]}},
            {"ResourceName":"b","Selectors":{"vendors":["8086"]}},
            {"resourceName":"c","deviceType":"netDevice","excludeTopology":true,
             "additionalInfo":{"*":{"k":"v"}}}]}
            """#)
        #expect(try members("a", list) == ["0000:03:01.0", "0000:03:01.1"])
        #expect(try members("b", list) == ["0000:03:01.2", "0000:03:01.3"])
        #expect(try members("c", list) == ["0000:05:00.1", "0000:05:00.2"])
    }

    @Test func poolsOfOtherDevicesHaveNoVFs() throws {
        let list = try list(
            #"""
            {"resourceList":[{"resourceName":"qat","deviceType":"accelerator"},
            {"resourceName":"sf","deviceType":"auxNetDevice","selectors":{"auxTypes":["sf"]}},
            {"resourceName":"net"}]}
            """#)
        #expect(try members("net", list).count == 6)
        #expect(
            refusal { try list.pool(named: "qat") }
                == #"pool "qat" of \#(path) is of deviceType accelerator, which has no interfaces to give"#
        )
    }

    @Test(arguments: [
        (#""ddpProfiles":["x"]"#, "ddpProfiles"),
        (#""pKeys":["0x1"]"#, "pKeys"), (#""vdpaType":"virtio""#, "vdpaType"),
    ])
    func whatCannotBeToldIsKeptFromLaterPoolsAndGivenToNobody(
        selector: String, key: String
    ) throws {
        let list = try list(
            #"""
            {"resourceList":[{"resourceName":"a","selectors":{"vendors":["8086"],\#(selector)}},
            {"resourceName":"b"}]}
            """#)
        #expect(try members("b", list) == ["0000:05:00.1", "0000:05:00.2"])
        #expect(
            refusal { try list.pool(named: "a") }
                == #"pool "a" of \#(path) selects by \#(key), which vfmap cannot"#)
    }

    @Test func aNameWithItsPrefixIsNeverAmbiguous() throws {
        let list = try list(
            #"""
            {"resourceList":[{"resourceName":"p","resourcePrefix":"a.org"},
            {"resourceName":"p","resourcePrefix":"b.org"},{"resourceName":"q"}]}
            """#)
        #expect(try list.pool(named: "b.org/p").prefix == "b.org")
        #expect(
            refusal { try list.pool(named: "p") }
                == #"pool "p" stands for several in \#(path): a.org/p, b.org/p"#)
        #expect(
            refusal { try list.pool(named: "x") }
                == #"pool "x" is not in \#(path), which has a.org/p, b.org/p, q"#)
    }

    @Test(arguments: [
        ("[]", "must be a JSON object, not an array"),
        (#"{"resourceList":{}}"#, "resourceList: must be an array, not an object"),
        (#"{"resourceList":[5]}"#, "resourceList[0]: must be an object, not a number"),
        (#"{"resourceList":[{}]}"#, "resourceList[0].resourceName: missing"),
        (
            #"{"resourceList":[{"resourceName":"a/b"}]}"#,
            #"resourceList[0].resourceName: must have letters, digits, _ and - only, not "a/b""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a"},{"resourceName":"a"}]}"#,
            #"resourceList[1].resourceName: there is another "a""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selector":{}}]}"#,
            "resourceList[0].selector: is not known"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","deviceType":"vf"}]}"#,
            "resourceList[0].deviceType: must be one of netDevice, accelerator, auxNetDevice, "
                + #"not "vf""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":[]}]}"#,
            "resourceList[0].selectors: must not be an empty array"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":"x"}]}"#,
            "resourceList[0].selectors: must be an object, not a string"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"pfName":["x"]}}]}"#,
            "resourceList[0].selectors.pfName: is not known"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":[{},{"vendors":["808g"]}]}]}"#,
            "resourceList[0].selectors[1].vendors[0]: must be a hexadecimal number such as 8086, "
                + #"not "808g""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"vendors":"8086"}}]}"#,
            "resourceList[0].selectors.vendors: must be an array, not a string"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"vendors":["18086"]}}]}"#,
            "resourceList[0].selectors.vendors[0]: must be a hexadecimal number such as 8086, "
                + #"not "18086""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"pciAddresses":["03:01.0"]}}]}"#,
            "resourceList[0].selectors.pciAddresses[0]: must be a PCI address such as "
                + #"0000:03:10.2, not "03:01.0""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"linkTypes":["wifi"]}}]}"#,
            #"resourceList[0].selectors.linkTypes[0]: must be "ether" or "infiniband", not "wifi""#
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"isRdma":"true"}}]}"#,
            "resourceList[0].selectors.isRdma: must be true or false, not a string"
        ),
        (
            #"{"resourceList":[{"resourceName":"a","selectors":{"rootDevices":["x#5-2"]}}]}"#,
            "resourceList[0].selectors.rootDevices[0]: must be a PF, or a PF with indexes of VFs "
                + #"such as ens1f0#0,2-5, not "x#5-2""#
        ),
    ])
    func whatIsWrongIsNamedByItsKey(text: String, message: String) {
        #expect(refusal { _ = try list(text) } == "\(path): \(message)")
    }

    @Test(arguments: ["", "{", "garbage"])
    func aFileThatIsNoJSONIsNamed(text: String) {
        #expect(
            refusal { _ = try list(text) }?.hasPrefix("\(path): is not a JSON document") == true)
    }

    @Test(arguments: [
        "pf0#", "pf0#1,", "pf0#-1", "pf0#1-", "pf0#1-2-3", "pf0#+1", "pf0#0#1", "#0", "a b", "",
    ])
    func indexesThatMakeNoSenseAreRefused(text: String) {
        #expect(PoolMember(text) == nil)
    }

    @Test func aFileThatIsNotThereIsNoError() throws {
        #expect(try PoolList.read("/nonexistent/config.json") == nil)
        #expect(try list("{}").pools == [])
    }

    @Test func aFileThatCannotBeReadIsNamed() {
        #expect(
            refusal { _ = try PoolList.read("/proc/self") }
                == "configuration file: read /proc/self: is a directory (EISDIR)")
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func refusal(_ body: () throws -> Pool) -> String? {
        refusal { _ = try body() as Pool }
    }
}
