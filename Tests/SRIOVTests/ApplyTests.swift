import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// Configurations made true on a machine in memory, with failures at every step.
@Suite struct ApplyTests {
    private static let subject = AttachmentSubject.virtualFunction(
        SimulatedHost.vfAddress(0), of: SimulatedHost.pfAddress(), index: 0)

    private static let attached = Obstacle(subject, .recorded(.attached, .cni("a")))

    private let pf = SimulatedHost.pfAddress()

    private func configuration(_ members: String) throws -> NodeConfiguration {
        try NodeConfiguration(
            parsing: Array(#"{"physicalFunctions": [\#(members)]}"#.utf8), path: "/etc/config")
    }

    /// Everything at once, from a PF that is down and has no VFs.
    private func everything() throws -> NodeConfiguration {
        try configuration(
            #"""
            {"name": "pf0", "numVFs": 3, "mtu": 9000, "up": true, "eswitchMode": "switchdev",
             "vfDriver": "vfio-pci", "vfDefaults": {"spoofChk": "off", "trust": "on", "vlan": 7}}
            """#)
    }

    private func bareHost() -> SimulatedHost {
        let host = SimulatedHost.withVFs(0, isPFUp: false)
        host.withKernel { $0.pfs[SimulatedHost.pfAddress()]?.eswitchMode = .legacy }
        return host
    }

    private func isAsAsked(_ kernel: SimulatedKernel) -> Bool {
        guard let function = kernel.pfs[pf], let link = kernel.interfaces[function.linkIndex]?.link
        else { return false }
        return link.isUp && link.mtu == 9000 && function.eswitchMode == .switchdev
            && kernel.vfs.count == 3
            && kernel.vfs.values.allSatisfy {
                $0.function.driver == "vfio-pci" && $0.info.spoofCheck == false
                    && $0.info.trust == true && $0.info.vlan.identifier == 7
            }
    }

    @Test func everythingFromNothing() throws {
        let fixture = try EngineFixture(bareHost())
        let report = try fixture.context().node.apply(try everything(), force: false)
        #expect(report.isComplete)
        #expect(
            report.entries.map { $0.steps.map(\.step.description) } == [
                [
                    "bring up", "set MTU to 9000",
                    "keep the kernel from binding drivers to new VFs",
                    "set eswitch mode to switchdev", "create 3 VFs",
                    "bind VF 0 to vfio-pci", "set VLAN of VF 0 to 7",
                    "set spoof check of VF 0 to off", "set trust of VF 0 to on",
                    "bind VF 1 to vfio-pci", "set VLAN of VF 1 to 7",
                    "set spoof check of VF 1 to off", "set trust of VF 1 to on",
                    "bind VF 2 to vfio-pci", "set VLAN of VF 2 to 7",
                    "set spoof check of VF 2 to off", "set trust of VF 2 to on",
                ]
            ])
        #expect(isAsAsked(fixture.host.kernel))
    }

    @Test func aSecondApplyChangesNothing() throws {
        let fixture = try EngineFixture(bareHost())
        _ = try fixture.context().node.apply(try everything(), force: false)
        let before = fixture.host.kernel
        #expect(try fixture.context().node.nodePlan(for: try everything()).isEmpty)
        let report = try fixture.context().node.apply(try everything(), force: false)
        #expect(report.entries.map(\.steps) == [[]])
        #expect(report.isComplete && !report.changedSomething)
        #expect(fixture.host.kernel == before)
    }

    @Test func aFailureAtAnyStepIsReportedAndTheNextApplyConverges() throws {
        var step = 1
        var wasReached = true
        while wasReached {
            let host = bareHost()
            let fixture = try EngineFixture(host)
            let process = host.anotherProcess()
            process.arm(.fail(at: step))
            let report = try? fixture.context(in: process).node.apply(
                try everything(), force: false)
            wasReached = process.faultWasReached
            // A step that was not done is reported, or the call itself failed.
            let isDone = isAsAsked(host.kernel)
            #expect(report?.isComplete != true || isDone, "step \(step)")
            let second = try fixture.context().node.apply(try everything(), force: false)
            #expect(second.isComplete, "step \(step)")
            #expect(isAsAsked(host.kernel), "step \(step)")
            #expect(
                try fixture.context().node.nodePlan(for: try everything()).isEmpty, "step \(step)")
            step += 1
        }
        #expect(step > 40)
    }

    @Test func aDeathAtAnyStepIsMendedByTheNextApply() throws {
        var step = 1
        var wasReached = true
        while wasReached {
            let host = bareHost()
            let fixture = try EngineFixture(host)
            let process = host.anotherProcess()
            process.arm(.die(at: step))
            // The process is dead: nobody hears what it says.
            _ = try? fixture.context(in: process).node.apply(try everything(), force: false)
            wasReached = process.faultWasReached
            #expect(try fixture.context().node.apply(try everything(), force: false).isComplete)
            #expect(isAsAsked(host.kernel), "step \(step)")
            step += 1
        }
    }

    @Test func aFailureOnOnePFDoesNotKeepTheOthersWaiting() throws {
        let host = SimulatedHost.withVFs(0)
        host.withKernel { $0.addPF(bus: 2, name: "pf1", vfs: 0, driver: .igb, isUp: true) }
        let fixture = try EngineFixture(host)
        let report = try fixture.context().node.apply(
            try configuration(
                #"""
                {"name": "pf0", "numVFs": 1, "mtu": 9300, "vfDefaults": {"linkState": "enable", "trust": "on"}},
                {"name": "ens9", "numVFs": 1}, {"name": "pf1", "numVFs": 2}
                """#), force: false)
        #expect(!report.isComplete)
        #expect(
            report.entries[0].steps.map(\.result) == [
                .failed("set MTU of pf0: invalid argument (EINVAL)"), .done(disturbed: []),
                .done(disturbed: []),
                .failed(
                    "set link state of VF 0 of pf0: operation not supported (EOPNOTSUPP)"),
            ])
        #expect(
            report.entries[1].problems == ["there is no such physical function with SR-IOV"])
        #expect(report.entries[2].isComplete)
        #expect(
            host.kernel.pfs[SimulatedHost.pfAddress(bus: 2)]?.function.virtualFunctions.count == 2)
    }

    @Test func whatIsInUseIsRefusedAndNamed() throws {
        let host = SimulatedHost.withVFs(2)
        host.makeNamespace("/run/netns/a")
        let fixture = try EngineFixture(host)
        try fixture.attach(.vf(0, for: "a", .full))
        let before = host.kernel
        let wanted = try configuration(
            #"{"name": "pf0", "numVFs": 3, "vfDefaults": {"trust": "on"}}"#)
        let report = try fixture.context().node.apply(wanted, force: false)
        #expect(
            report.entries[0].steps.map(\.result) == [
                .refused([Self.attached]), .skipped,
                .skipped, .skipped, .skipped,
            ])
        #expect(host.kernel == before)

        let forced = try fixture.context().node.apply(wanted, force: true)
        #expect(forced.isComplete)
        #expect(
            forced.entries[0].steps.first?.result
                == .done(disturbed: [Self.attached]))
        #expect(host.kernel.vfs.count == 3)
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
    }

    @Test func aVFInUseKeepsItsDriverAndTheOthersGetTheirs() throws {
        let host = SimulatedHost.withVFs(2)
        host.makeNamespace("/run/netns/a")
        let fixture = try EngineFixture(host)
        try fixture.attach(.vf(0, for: "a"))
        let wanted = try configuration(#"{"name": "pf0", "vfDriver": "vfio-pci"}"#)
        let report = try fixture.context().node.apply(wanted, force: false)
        #expect(
            report.entries[0].steps.map(\.result) == [
                .done(disturbed: []),
                .refused([Self.attached]),
                .done(disturbed: []),
            ])
        #expect(host.kernel.vfs[SimulatedHost.vfAddress(0)]?.function.driver == "igbvf")
        #expect(host.kernel.vfs[SimulatedHost.vfAddress(1)]?.function.driver == "vfio-pci")

        #expect(try fixture.context().node.apply(wanted, force: true).isComplete)
        #expect(host.kernel.vfs[SimulatedHost.vfAddress(0)]?.function.driver == "vfio-pci")
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aVFThatAProgramHasOpenKeepsItsDriver() throws {
        let host = SimulatedHost.withVFs(1)
        let address = SimulatedHost.vfAddress(0)
        host.withKernel { kernel in
            kernel.bind(address, to: "vfio-pci")
            kernel.programs[address] = ["qemu-system-x86 (4711)"]
        }
        let fixture = try EngineFixture(host)
        let report = try fixture.context().node.apply(
            try configuration(#"{"name": "pf0", "vfDriver": "netdevice"}"#), force: false)
        #expect(
            report.entries[0].steps.map(\.result)
                == [.refused([Obstacle(Self.subject, .open(in: ["qemu-system-x86 (4711)"]))])])
        #expect(host.kernel.vfs[address]?.function.driver == "vfio-pci")
    }

    @Test func driftIsWhatAnAdministratorChanged() throws {
        let host = SimulatedHost.withVFs(0)
        let fixture = try EngineFixture(host)
        let wanted = try configuration(
            #"{"name": "pf0", "numVFs": 2, "mtu": 1500, "vfDefaults": {"trust": "on"}}"#)
        host.withKernel { kernel in
            for index in kernel.interfaces.keys { kernel.interfaces[index]?.link.mtu = 1500 }
        }
        _ = try fixture.context().node.apply(wanted, force: false)
        #expect(try fixture.context().node.nodePlan(for: wanted).isEmpty)
        host.withKernel { kernel in
            kernel.vfs[SimulatedHost.vfAddress(1)]?.info.trust = false
        }
        #expect(
            try fixture.context().node.nodePlan(for: wanted).entries[0].changes.map(\.step)
                == [.setVF(index: 1, .trust(true))])
        host.withKernel { $0.removeVFs(of: SimulatedHost.pfAddress()) }
        #expect(
            try fixture.context().node.nodePlan(for: wanted).entries[0].changes.map(\.step)
                == [
                    .createVFs(2), .setVF(index: 0, .trust(true)), .setVF(index: 1, .trust(true)),
                ])
    }

    @Test func whatTheKernelSwallowsIsNotTakenForDone() throws {
        let host = SimulatedHost.withVFs(1)
        let fixture = try EngineFixture(host)
        let wanted = try configuration(#"{"name": "pf0", "vfDefaults": {"trust": "on"}}"#)
        host.withKernel { $0.swallows = ["trust"] }
        #expect(
            try fixture.context().node.apply(wanted, force: false).entries[0].steps.map(\.result)
                == [.failed("the kernel accepted it, and nothing changed")])
    }

    @Test func aPFThatAnotherProcessWorksOnIsReported() throws {
        let host = SimulatedHost.withVFs(0)
        let fixture = try EngineFixture(host)
        let lock = try fixture.context().locks.lock(
            pf, .shared, deadline: Deadline(after: .zero))
        let report = try withExtendedLifetime(lock) {
            try fixture.context().node.apply(
                try configuration(#"{"name": "pf0", "numVFs": 1}"#), force: false)
        }
        #expect(
            report.entries[0].problems.first?.hasPrefix(
                "0000:01:00.0 is being worked on by another process") == true)
        #expect(host.kernel.vfs.isEmpty)
    }

    @Test func waitingEndsWhenEveryPFIsThere() throws {
        let fixture = try EngineFixture(SimulatedHost.withVFs(0))
        let there = try configuration(#"{"name": "pf0"}, {"selectors": {"drivers": ["igb"]}}"#)
        let absent = try configuration(#"{"name": "pf0"}, {"address": "0000:02:00.0"}"#)
        let context = try fixture.context()
        #expect(
            try context.node.awaitPhysicalFunctions(of: there, until: Deadline(after: .seconds(60)))
        )
        #expect(
            try !context.node.awaitPhysicalFunctions(
                of: absent, until: Deadline(after: .milliseconds(20))))
    }
}
