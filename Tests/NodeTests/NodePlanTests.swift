import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Testing

/// The plan for a PF as a function of what is asked and what is.
@Suite struct NodePlanTests {
    private typealias Configuration = PhysicalFunctionConfiguration

    private static let subject = Configuration.Subject.reference(.interface("pf0"))

    /// A PF `pf0` that can have 7 VFs, as many as are given.
    private func state(
        _ vfs: [PhysicalFunctionState.VF] = [],
        _ change: (inout PhysicalFunctionState) -> Void = { _ in }
    ) -> PhysicalFunctionState {
        var link = Link(index: 2, name: "pf0")
        link.mtu = 1500
        link.flags = 1
        var state = PhysicalFunctionState(
            function: PhysicalFunction(
                address: SimulatedHost.pfAddress(), interfaceName: "pf0", driver: "igb",
                maximumVFs: 7), link: link)
        for (index, vf) in vfs.enumerated() {
            var vf = vf
            vf.function.index = index
            vf.info?.index = index
            state.function.virtualFunctions[index] = vf.function.address
            state.virtualFunctions[index] = vf
        }
        change(&state)
        return state
    }

    private static let lent = Obstacle(
        .function(SimulatedHost.vfAddress(0)),
        .recorded(
            .attached,
            AttachmentOwner(
                frontEnd: "cli", network: nil, container: "blue", interfaceName: "net1")))

    private static let hostUse = Obstacle(
        .physicalFunction(SimulatedHost.pfAddress()), .usedByHost(.defaultRoute("pf0")))

    private func vf(
        _ index: Int, driver: String? = "igbvf", user: Obstacle? = nil,
        info: VFState? = VFState(index: 0, spoofCheck: true, trust: false, linkState: .automatic)
    ) -> PhysicalFunctionState.VF {
        var link = Link(index: Int32(10 + index), name: KernelText("pf0v\(index)"))
        link.mtu = 1500
        return .init(
            function: VirtualFunction(address: SimulatedHost.vfAddress(index), driver: driver),
            info: info, link: driver == "igbvf" ? link : nil, user: user)
    }

    /// The steps as sentences, what they disturb in brackets, then the problems.
    private func plan(
        _ change: (inout Configuration) -> Void, _ state: PhysicalFunctionState,
        areNew: Bool = false
    ) -> [String] {
        var wanted = Configuration(subject: Self.subject)
        change(&wanted)
        let entry = NodePlan.Entry(wanted, state, areNew: areNew)
        return entry.changes.map {
            $0.disturbs.isEmpty
                ? "\($0.step)" : "\($0.step) [\($0.disturbs.joined)]"
        } + entry.problems.map { "! \($0)" }
    }

    @Test func whatIsAsAskedForNeedsNothing() {
        #expect(
            plan(
                {
                    $0.numberOfVFs = 2
                    $0.mtu = 1500
                    $0.bringsUp = true
                    $0.driver = .netdevice
                    $0.eswitchMode = .legacy
                    $0.defaults = VFSettings(spoofCheck: true, trust: false, mtu: 1500)
                }, state([vf(0), vf(1)])) == [])
        #expect(plan({ _ in }, state([vf(0)])) == [])
    }

    @Test func fromNothingInTheRightOrder() {
        let down = state {
            $0.link?.flags = 0
            $0.eswitchMode = .legacy
        }
        #expect(
            plan(
                {
                    $0.numberOfVFs = 2
                    $0.mtu = 9000
                    $0.bringsUp = true
                    $0.driver = .named("vfio-pci")
                    $0.eswitchMode = .switchdev
                    $0.defaults = VFSettings(vlan: VLANTag(identifier: 5), trust: true)
                }, down) == [
                    "bring up", "set MTU to 9000",
                    "keep the kernel from binding drivers to new VFs",
                    "set eswitch mode to switchdev", "create 2 VFs",
                    "bind VF 0 to vfio-pci", "set VLAN of VF 0 to 5", "set trust of VF 0 to on",
                    "bind VF 1 to vfio-pci", "set VLAN of VF 1 to 5", "set trust of VF 1 to on",
                ])
    }

    @Test func anotherNumberGoesByWayOfNoneAndSaysWhatItDisturbs() {
        #expect(
            plan({ $0.numberOfVFs = 3 }, state([vf(0), vf(1)]) { $0.obstacles = [Self.lent] })
                == ["remove 2 VFs [\(Self.lent)]", "create 3 VFs"])
        #expect(plan({ $0.numberOfVFs = 0 }, state([vf(0)])) == ["remove the VF"])
        #expect(
            plan({ $0.numberOfVFs = 1 }, state { $0.obstacles = [Self.hostUse] })
                == ["create 1 VF [\(Self.hostUse)]"])
    }

    @Test func theModeOfTheSwitchChangesWithoutVFs() {
        let legacy = state([vf(0), vf(1)]) {
            $0.eswitchMode = .legacy
            $0.obstacles = [Self.lent]
        }
        #expect(
            plan({ $0.eswitchMode = .switchdev }, legacy) == [
                "remove 2 VFs [\(Self.lent)]", "set eswitch mode to switchdev", "create 2 VFs",
            ])
        #expect(
            plan({ $0.eswitchMode = .switchdev }, state { $0.eswitchMode = .legacy })
                == ["set eswitch mode to switchdev"])
        #expect(
            plan(
                {
                    $0.eswitchMode = .switchdev
                    $0.isExternallyManaged = true
                }, legacy) == [
                    "! eswitch mode switchdev needs its VFs removed, and they are externally managed"
                ])
        #expect(
            plan({ $0.eswitchMode = .switchdev }, state([vf(0)]))
                == ["! eswitch mode switchdev is unsupported by igb"])
    }

    @Test func moreThanTheHardwareHas() {
        #expect(
            plan(
                {
                    $0.numberOfVFs = 8
                    $0.mtu = 9000
                }, state([vf(0)])) == [
                    "set MTU to 9000", "! 8 VFs are asked for, and it can have 7",
                ])
    }

    @Test func moreThanTheHardwareHasNeedsNoStepsForThem() {
        #expect(
            plan(
                {
                    $0.numberOfVFs = 8
                    $0.eswitchMode = .switchdev
                    $0.defaults = VFSettings(trust: true)
                }, state([vf(0), vf(1)]) { $0.eswitchMode = .legacy }) == [
                    "remove 2 VFs", "set eswitch mode to switchdev", "create 2 VFs",
                    "set trust of VF 0 to on", "set trust of VF 1 to on",
                    "! 8 VFs are asked for, and it can have 7",
                ])
    }

    @Test func aDriverThatMakesNoInterfaceLeavesNoneToSetTheMTUOf() {
        #expect(
            plan(
                {
                    $0.numberOfVFs = 1
                    $0.driver = .named("vfio-pci")
                    $0.defaults = VFSettings(mtu: 9000)
                }, state { $0.bindsDrivers = false }) == [
                    "create 1 VF", "bind VF 0 to vfio-pci",
                ])
    }

    @Test func newVFsOfAPFWithoutInterfaceHaveNoSettings() {
        #expect(
            plan(
                {
                    $0.numberOfVFs = 2
                    $0.defaults = VFSettings(trust: true)
                }, state { $0.link = nil }) == [
                    "create 2 VFs",
                    "! it has no interface in this network namespace, through which settings of VFs are made",
                ])
    }

    @Test(
        arguments: [
            (VFDriver.netdevice, "igbvf", []),
            (.netdevice, nil, ["bind VF 0 to the kernel's driver"]),
            (.netdevice, "vfio-pci", ["bind VF 0 to the kernel's driver"]),
            (.named("igbvf"), "igbvf", []), (.named("igbvf"), "vfio-pci", ["bind VF 0 to igbvf"]),
            (.named("vfio-pci"), "vfio-pci", []),
            (.named("vfio-pci"), "igbvf", ["bind VF 0 to vfio-pci"]),
        ] as [(VFDriver, String?, [String])])
    func driversThatAreNotAsAskedForAreChanged(
        wanted: VFDriver, present: String?, steps: [String]
    ) {
        let state = state([vf(0, driver: present)]) { $0.bindsDrivers = wanted.letsKernelBind }
        #expect(plan({ $0.driver = wanted }, state) == steps)
    }

    @Test func aVFInUseKeepsItsSettingsAndItsDriver() {
        let user = Self.lent
        #expect(
            plan(
                {
                    $0.driver = .named("vfio-pci")
                    $0.defaults = VFSettings(trust: true)
                }, state([vf(0, user: user), vf(1)]) { $0.bindsDrivers = false }) == [
                    "bind VF 0 to vfio-pci [\(user)]", "bind VF 1 to vfio-pci",
                    "set trust of VF 1 to on",
                ])
    }

    @Test func aDriverThatIsNotLoadedIsNamedWithTheCommandThatLoadsIt() {
        #expect(
            plan(
                {
                    $0.driver = .named("vfio-pci")
                    $0.defaults = VFSettings(trust: true)
                },
                state([vf(0)]) {
                    $0.bindsDrivers = false
                    $0.missingDrivers = ["vfio-pci"]
                }) == [
                    "set trust of VF 0 to on",
                    "! there is no driver vfio-pci in the kernel: load its module (modprobe vfio-pci)",
                ])
    }

    @Test func settingsThatTheDriverDoesNotReportAreSetOnNewVFsOnly() {
        let silent = state([vf(0, info: VFState(index: 0))])
        let ask: (inout Configuration) -> Void = {
            $0.defaults = VFSettings(spoofCheck: false, trust: true)
        }
        #expect(plan(ask, silent) == [])
        #expect(
            plan(ask, silent, areNew: true)
                == ["set spoof check of VF 0 to off", "set trust of VF 0 to on"])
    }

    @Test func aPFWithoutInterfaceHasNoSettings() {
        #expect(
            plan(
                {
                    $0.mtu = 9000
                    $0.defaults = VFSettings(trust: true)
                }, state([vf(0, info: nil), vf(1, info: nil)]) { $0.link = nil }) == [
                    "! it has no interface in this network namespace",
                    "! it has no interface in this network namespace, through which settings of VFs are made",
                ])
    }

    @Test func aPFThatIsGivenAwayIsLeftAlone() {
        let user = Obstacle(.physicalFunction(SimulatedHost.pfAddress()), Self.lent.reason)
        #expect(
            plan({ $0.numberOfVFs = 4 }, state { $0.user = user }) == ["! \(user)"])
    }

    @Test func thePlanHasEveryPFThatIsNamed() throws {
        let configuration = NodeConfiguration(
            pools: PoolList(path: "/etc/vfmap/config.json", pools: []),
            physicalFunctions: [
                Configuration(key: "a", subject: .reference(.interface("ens9")), numberOfVFs: 1),
                Configuration(
                    key: "b", subject: .reference(.address(SimulatedHost.pfAddress())),
                    numberOfVFs: 1),
                Configuration(
                    key: "c", subject: .reference(.interface("pf0")), numberOfVFs: 2),
            ])
        let plan = NodePlan(configuration, [state()])
        #expect(plan.entries.map(\.name) == ["ens9", "pf0"])
        #expect(plan.entries.map(\.key) == ["a", "b"])
        #expect(
            plan.entries.map(\.problems) == [
                ["there is no such physical function with SR-IOV"], [],
            ])
        #expect(plan.entries[1].changes == [.init(.createVFs(1))])
        #expect(!plan.isEmpty)
    }

    /// Selectors whose PFs an element before them names select something.
    @Test func selectorsThatSelectNothingAreNoDifference() {
        func selecting(_ driver: String, _ key: String) -> Configuration {
            var selector = PhysicalFunctionSelector()
            selector.drivers = [driver]
            return Configuration(key: key, subject: .selectors([selector]))
        }
        let configuration = NodeConfiguration(
            pools: PoolList(path: "/etc/vfmap/config.json", pools: []),
            physicalFunctions: [
                Configuration(key: "a", subject: .reference(.interface("pf0"))),
                selecting("ice", "b"), selecting("igb", "c"),
            ])
        let plan = NodePlan(configuration, [state()])
        #expect(plan.entries.map(\.key) == ["a", "b"])
        #expect(plan.entries.map(\.selectsNothing) == [false, true])
        #expect(plan.isEmpty)
    }
}
