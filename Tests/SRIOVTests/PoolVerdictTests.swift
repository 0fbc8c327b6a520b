import LinuxSystem
import SRIOV
import Testing

/// The explanation of a pool agrees with the pool.
@Suite struct PoolVerdictTests {
    private func function(_ change: (inout VirtualFunction) -> Void = { _ in }) throws
        -> VirtualFunction
    {
        var function = VirtualFunction(
            address: try #require(PCIAddress("0000:03:01.1")),
            physicalFunction: PCIAddress("0000:03:00.0"), index: 1,
            driver: "vfio-pci", vendor: 0x8086, device: 0x1889)
        change(&function)
        return function
    }

    private func parent() throws -> PhysicalFunction {
        PhysicalFunction(
            address: try #require(PCIAddress("0000:03:00.0")), interfaceName: "ens1f0",
            vendor: 0x8086, device: 0x1592, linkType: .ethernet)
    }

    private func pools(_ text: String) throws -> PoolList {
        try PoolList(parsing: Array(#"{"resourceList":[\#(text)]}"#.utf8), path: "config")
    }

    @Test(arguments: [
        (#""vendors":["8086","15b3"]"#, "vendors", ["15b3", "8086"], "8086", true),
        (#""vendors":["15b3"]"#, "vendors", ["15b3"], "8086", false),
        (#""devices":["0x1889"]"#, "devices", ["1889"], "1889", true),
        (#""drivers":["iavf"]"#, "drivers", ["iavf"], "vfio-pci", false),
        (
            #""pciAddresses":["0000:03:01.1"]"#, "pciAddresses", ["0000:03:01.1"], "0000:03:01.1",
            true
        ),
        (#""acpiIndexes":["7"]"#, "acpiIndexes", ["7"], "none", false),
        (#""pfNames":["ens1f0#0,2-3"]"#, "pfNames", ["ens1f0#0,2-3"], "ens1f0#1", false),
        (#""pfNames":["ens1f0#0-1"]"#, "pfNames", ["ens1f0#0-1"], "ens1f0#1", true),
        (
            #""rootDevices":["0000:03:00.0"]"#, "rootDevices", ["0000:03:00.0"], "0000:03:00.0#1",
            true
        ),
        (#""linkTypes":["infiniband"]"#, "linkTypes", ["infiniband"], "ether", false),
        (#""isRdma":true"#, "isRdma", ["true"], "none", false),
    ])
    func eachKeyIsHeldAgainstTheVF(
        selector: String, key: String, wanted: [String], found: String, passes: Bool
    ) throws {
        let pools = try pools(#"{"resourceName":"p","selectors":{\#(selector)}}"#)
        let verdict = try #require(pools.verdicts(on: try function(), of: try parent()).first)
        #expect(
            verdict.selectors.map { $0.map(\.key) } == [[key]])
        let filter = try #require(verdict.selectors.first?.first)
        #expect(filter.wanted == wanted)
        #expect(filter.found == found)
        #expect(filter.passes == passes)
        #expect(verdict.isMember == passes)
    }

    @Test func anACPIIndexSelects() throws {
        let pools = try pools(#"{"resourceName":"p","selectors":{"acpiIndexes":["7"]}}"#)
        let numbered = try function { $0.acpiIndex = "7" }
        #expect(pools.pool(of: numbered, on: try parent())?.name == "p")
        #expect(pools.pool(of: try function(), on: try parent()) == nil)
    }

    @Test func whatTheKeysDoNotTellIsSaid() throws {
        let pools = try pools(
            #"""
            {"resourceName":"a","selectors":{"pKeys":["0x1"],"vendors":["15b3"]}},
            {"resourceName":"b"},{"resourceName":"c"}
            """#)
        let verdicts = pools.verdicts(on: try function(), of: try parent())
        #expect(verdicts.map(\.isMember) == [false, true, false])
        #expect(
            verdicts.map(\.remarks) == [
                [
                    "it selects by pKeys too, which vfmap cannot tell, so that it gives none of its "
                        + "VFs away"
                ],
                [
                    "it is not given away by this pool while it is bound to vfio-pci, which the "
                        + "pool does not ask for in drivers"
                ], ["pool b comes first and selects it too"],
            ])
    }
}
