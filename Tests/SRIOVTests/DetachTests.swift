import Foundation
import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// A detach finds the VF wherever it is, gives it back as it was, and touches no other.
@Suite struct DetachTests {
    private let function = SimulatedHost.vfAddress(0)

    /// A host with two VFs, of which container a has the first; and the machine as it was before.
    private func attached(
        _ settings: VFSettings = .full, _ driver: SimulatedDriver = .igb
    ) throws -> (EngineFixture, before: SimulatedKernel) {
        let host = SimulatedHost.withVFs(2, driver: driver)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        host.withKernel { kernel in
            kernel.change(SimulatedHost.vfAddress(0)) {
                $0.link.alternativeNames = ["enp1s0f0v0"]
                $0.link.mtu = 1600
            }
        }
        let fixture = try EngineFixture(host)
        let before = host.kernel
        try fixture.attach(.vf(0, for: "a", settings))
        return (fixture, before)
    }

    private func expectPristine(_ fixture: EngineFixture, _ before: SimulatedKernel) throws {
        #expect(try fixture.contradictions(since: before, isAllFinished: true) == [])
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
    }

    private func error(_ body: () throws -> Void) -> ManagerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ManagerError
        }
    }

    // MARK: The namespace

    @Test(arguments: [
        nil, "", "/run/netns/none", "/etc/passwd", "/proc/self/ns/net", "/run/netns/b",
    ])
    func theCallersPathDoesNotMatter(path: String?) throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { _ = $0.files.insert("/etc/passwd") }
        try fixture.detach(DetachRequest(owner: .cni("a"), namespacePath: path))
        try expectPristine(fixture, before)
    }

    @Test func theRecordedPathMayLeadToAnotherNamespaceNow() throws {
        let (fixture, before) = try attached()
        fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        fixture.host.makeNamespace("/run/netns/a")
        try fixture.detach(DetachRequest(owner: .cni("a"), namespacePath: "/run/netns/a"))
        try expectPristine(fixture, before)
    }

    @Test func theRecordedPathMayBeNoNamespaceAnyMore() throws {
        let (fixture, before) = try attached()
        fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        fixture.host.withKernel { _ = $0.files.insert("/run/netns/a") }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test(arguments: [SimulatedDriver.igb, .accepting])
    func detachAfterNamespaceIsGone(driver: SimulatedDriver) throws {
        let (fixture, before) = try attached(.full, driver)
        fixture.host.withKernel { kernel in
            kernel.change(SimulatedHost.vfAddress(0)) {
                $0.link.alternativeNames = ["inside"]
                $0.link.mtu = 1200
                $0.link.alias = "of the container"
                $0.link.flags |= 0x300
            }
        }
        fixture.host.deleteNamespace("/run/netns/a")
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func theVFMayComeBackUnderANameOfTheKernels() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { _ = $0.addInterface(named: "net1", mac: [2, 9, 9, 9, 9, 9]) }
        fixture.host.deleteNamespace("/run/netns/a")
        fixture.host.withKernel { kernel in
            kernel.settle()
            #expect(kernel.interfaces.values.contains { "\($0.link.name)".hasPrefix("dev") })
        }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func theVFMayComeBackWithItsOwnNameAsAnAlternativeOne() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { kernel in
            kernel.change(SimulatedHost.vfAddress(0)) {
                $0.link.alternativeNames = ["pf0v0", "enp1s0f0v0"]
            }
        }
        fixture.host.deleteNamespace("/run/netns/a")
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aNamespaceHeldByADescriptorIsNamedAndALaterDetachSucceeds() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { $0.deleteNamespaceHeldByDescriptor("/run/netns/a") }
        let refusal = error { try fixture.detach(.vf(0, of: "a")) }
        #expect(refusal?.code == .incomplete)
        #expect(
            refusal?.description.hasSuffix(
                "VF 0000:01:10.0 has not come back from /run/netns/a within 0.05 seconds: "
                    + "something still holds that network namespace") == true)
        #expect(try fixture.store().attachments().map(\.phase) == [.detaching])
        // Its address is free all the same, and the settings are as they were: the VF may be in use.
        #expect(fixture.leases.withLock { $0.isEmpty })
        let vlans = fixture.host.kernel.vfs[function]?.info.vlans
        #expect(vlans == [VLANTag(identifier: 100, qualityOfService: 3)])
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .incomplete)
        fixture.host.withKernel { $0.descriptorsElsewhere = [] }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aVFInANamespaceThatAProcessHoldsIsTakenOut() throws {
        let (fixture, before) = try attached()
        fixture.host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    // MARK: The VF

    @Test func theInterfaceMayHaveBeenRenamedInside() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { kernel in
            kernel.renameInterface(of: SimulatedHost.vfAddress(0), to: "eth5")
            _ = kernel.addInterface(named: "net1", mac: [2, 9, 9, 9, 9, 9], in: 1)
        }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
        let names = fixture.host.kernel.interfaces.values.filter { $0.namespace == 1 }.map(
            \.link.name)
        #expect(names == ["net1"])
    }

    @Test func theRecordedVFIsTakenOutOfANamespaceThatItWasMovedToByHand() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel {
            $0.moveInterface(of: SimulatedHost.vfAddress(0), to: "/run/netns/b")
        }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aVFMovedOnBySomebodyIsNotTakenForAbandoned() throws {
        let (fixture, _) = try attached()
        fixture.host.withKernel {
            $0.moveInterface(of: SimulatedHost.vfAddress(0), to: "/run/netns/b")
            $0.deleteNamespace("/run/netns/a")
        }
        let before = fixture.host.kernel
        _ = try fixture.context().attachments.recover()
        #expect(fixture.host.kernel == before)
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
    }

    @Test(arguments: ["vfio-pci", nil], [false, true])
    func theDriverMayHaveBeenChanged(driver: String?, isNamespaceGone: Bool) throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { kernel in
            kernel.bind(SimulatedHost.vfAddress(0), to: driver)
            if isNamespaceGone { kernel.deleteNamespace("/run/netns/a") }
        }
        try fixture.detach(.vf(0, of: "a"))
        #expect(try fixture.store().attachments().isEmpty)
        let vf = fixture.host.kernel.vfs[function]
        #expect(vf?.info == before.vfs[function]?.info)
        #expect(vf?.function.driver == driver)
    }

    @Test func aDriverBoundAnewMakesAnotherInterfaceInTheHost() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { $0.bind(SimulatedHost.vfAddress(0), to: "igbvf", named: "eth0") }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aVFThatWentWithItsPFLeavesNoRecord() throws {
        let (fixture, _) = try attached()
        fixture.host.withKernel { $0.unplug(SimulatedHost.pfAddress()) }
        try fixture.detach(.vf(0, of: "a"))
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
    }

    @Test func theRecordOfAVFThatIsGoneDoesNotForbidNewVFs() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { $0.removeVFs(of: SimulatedHost.pfAddress()) }
        let parent = try #require(try fixture.host.physicalFunction(at: SimulatedHost.pfAddress()))
        _ = try fixture.context().node.resize(parent, to: 2, force: false)
        #expect(try fixture.store().attachments().isEmpty)
        #expect(fixture.leases.withLock { $0.isEmpty })
        #expect(fixture.host.kernel.vfs.keys.sorted() == before.vfs.keys.sorted())
        try fixture.attach(.vf(0, for: "b"))
    }

    @Test func withARecordOfAnOlderVersionANewVFIsBroughtToTheOriginalState() throws {
        let (fixture, before) = try attached()
        try fixture.changeRecord { $0.functionInstance = nil }
        fixture.host.withKernel {
            $0.removeVFs(of: SimulatedHost.pfAddress())
            $0.addVFs(2, to: SimulatedHost.pfAddress())
        }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func thePFMayHaveBeenRenamed() throws {
        let (fixture, before) = try attached()
        fixture.host.withKernel { $0.renamePF(SimulatedHost.pfAddress(), to: "uplink") }
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func anInterfaceOfTheVFsNameAppearsWhileItComesHome() throws {
        let (fixture, _) = try attached()
        for step in 1... {
            let (fixture, _) = try attached()
            fixture.host.before(step: step) {
                $0.addInterface(named: "pf0v0", mac: [2, 9, 9, 9, 9, 9])
            }
            try fixture.detach(.vf(0, of: "a"))
            guard fixture.host.faultWasReached else { break }
            let vf = fixture.host.kernel.interfaces.values.first { $0.virtualFunction == function }
            #expect(vf?.namespace == 0, "step \(step)")
            // Its name is free again: the next one finishes.
            fixture.host.withKernel { kernel in
                kernel.interfaces = kernel.interfaces.filter {
                    $0.value.virtualFunction != nil || $0.value.link.name != "pf0v0"
                }
            }
            _ = try fixture.context().attachments.recover()
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
        }
        try fixture.detach(.vf(0, of: "a"))
    }

    @Test func aDeviceManagerMayNameTheInterfaceWhileItComesHome() throws {
        for step in 1... {
            let (fixture, before) = try attached()
            fixture.host.before(step: step) { kernel in
                kernel.change(SimulatedHost.vfAddress(0)) {
                    guard $0.namespace == 0 else { return }
                    if !$0.link.alternativeNames.contains("enp1s0f0v0") {
                        $0.link.alternativeNames.append("enp1s0f0v0")
                    }
                }
            }
            try fixture.detach(.vf(0, of: "a"))
            guard fixture.host.faultWasReached else { break }
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
            #expect(
                try fixture.contradictions(since: before, isAllFinished: true) == [], "step \(step)"
            )
        }
    }

    /// Whatever happens to the container or the hardware, at whatever moment: the VF is as it was or gone, at
    /// the latest after the next detach.
    @Test(arguments: DetachEvent.allCases, [SimulatedDriver.igb, .accepting])
    func anythingMayHappenMeanwhile(event: DetachEvent, driver: SimulatedDriver) throws {
        for step in 1... {
            let (fixture, before) = try attached(.full, driver)
            fixture.host.before(step: step) { event.happen(on: &$0) }
            // It may be refused; what counts is what the next one leaves.
            try? fixture.detach(.vf(0, of: "a"))
            guard fixture.host.faultWasReached else { break }
            let isDone = try fixture.store().attachments().isEmpty
            // What somebody does to a VF that is home already stays as it is.
            if isDone, event == .driverIsBoundAnew { continue }
            try fixture.detach(.vf(0, of: "a"))
            _ = try fixture.context().attachments.recover()
            #expect(
                try fixture.contradictions(since: before, isAllFinished: true) == [], "step \(step)"
            )
            #expect(try fixture.store().attachments().isEmpty, "step \(step)")
        }
    }

    // MARK: The record and the owner

    @Test func withoutARecordTheNamedVFIsTakenFromTheNamedNamespaceOnly() throws {
        let (fixture, _) = try attached(VFSettings(vlan: VLANTag(identifier: 9)))
        let record = try #require(try fixture.store().attachment(of: function))
        try fixture.store().remove(record)
        let before = fixture.host.kernel
        // Nobody names it, or its namespace.
        try fixture.detach(DetachRequest(owner: .cni("a")))
        try fixture.detach(DetachRequest(owner: .cni("a"), namespacePath: "/run/netns/a"))
        try fixture.detach(DetachRequest(owner: .cni("a"), virtualFunction: function))
        try fixture.detach(
            DetachRequest(
                owner: .cni("a"), virtualFunction: function, namespacePath: "/run/netns/b"))
        #expect(fixture.host.kernel == before)
        var request = DetachRequest.vf(0, of: "a")
        request.settings = VFSettings(vlan: VLANTag(identifier: 9))
        try fixture.detach(request)
        let vf = fixture.host.kernel.interfaces.values.first { $0.virtualFunction == function }
        #expect(vf?.namespace == 0)
        #expect(vf?.link.name == "pf0v0")
        #expect(fixture.host.kernel.vfs[function]?.info.vlans == [])
    }

    /// An attach of the same owner may begin after the first look at the records; its VF is not touched without its lock.
    @Test(arguments: [nil, SimulatedHost.vfAddress(1)])
    func aRecordThatShowsUpMeanwhileIsUndoneUnderItsVFsLock(named other: PCIAddress?) throws {
        let (fixture, before) = try attached()
        let record = try #require(try fixture.store().attachment(of: function))
        try fixture.store().remove(record)
        let locks = LockDirectory(path: fixture.directory + "/locks")
        let lock = Mutex<FileLock?>(nil)
        let context = try fixture.context(
            foreignClaims: ForeignClaims(
                claim: { _ in nil },
                claimOfOwner: { [function] _ in
                    try lock.withLock { lock in
                        guard lock == nil else { return }
                        lock = try locks.lock(
                            function, .exclusive, deadline: Deadline(after: .zero))
                        try fixture.store().insert(record)
                    }
                    return nil
                }, all: { [] }, forget: { _ in }))
        let request = DetachRequest(owner: .cni("a"), virtualFunction: other)
        let afterwards = fixture.host.kernel
        let refusal = error { _ = try context.attachments.detach(request) { _ in } }
        #expect(refusal?.code == .inUse)
        #expect(
            refusal?.description
                == "\(function) is being worked on by another process, waited 0.05 seconds")
        #expect(fixture.host.kernel == afterwards)
        #expect(try fixture.store().attachments() == [record])

        lock.withLock { $0 = nil }
        try fixture.detach(request)
        try expectPristine(fixture, before)
    }

    /// Whoever is between its two looks while another attach of the owner comes and ends.
    @Test func anAttachThatEndsMeanwhileIsUndone() throws {
        let (fixture, before) = try attached()
        try fixture.detach(.vf(0, of: "a"))
        let isDone = Mutex(false)
        let context = try fixture.context(
            foreignClaims: ForeignClaims(
                claim: { _ in nil },
                claimOfOwner: { _ in
                    let isFirst = isDone.withLock { isDone in
                        defer { isDone = true }
                        return !isDone
                    }
                    if isFirst { try fixture.attach(.vf(1, for: "a", .full)) }
                    return nil
                }, all: { [] }, forget: { _ in }))
        let outcome = try context.attachments.detach(DetachRequest(owner: .cni("a"))) { _ in
            fixture.leases.withLock { _ = $0.remove(.cni("a")) }
        }
        #expect(outcome.attachment?.function == SimulatedHost.vfAddress(1))
        try expectPristine(fixture, before)
    }

    @Test func withoutARecordAVFThatAnotherRecordHoldsIsNotTouched() throws {
        let (fixture, _) = try attached()
        let before = fixture.host.kernel
        // The same container, another interface: namespace and VF agree, the owner does not.
        var owner = AttachmentOwner.cni("a")
        owner.interfaceName = "net2"
        try fixture.detach(
            DetachRequest(
                owner: owner, virtualFunction: function, namespacePath: "/run/netns/a"))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().map(\.phase) == [.attached])
    }

    @Test func withoutARecordAVFInTheHostIsNotTouched() throws {
        let (fixture, _) = try attached()
        try fixture.detach(.vf(0, of: "a"))
        fixture.host.withKernel { $0.renameInterface(of: SimulatedHost.vfAddress(0), to: "net1") }
        let before = fixture.host.kernel
        try fixture.detach(
            DetachRequest(
                owner: .cni("a"), virtualFunction: function, namespacePath: "/proc/self/ns/net"))
        #expect(fixture.host.kernel == before)
    }

    @Test func aSecondDetachDoesNotTouchTheNextOwnersVF() throws {
        let (fixture, _) = try attached()
        try fixture.detach(.vf(0, of: "a"))
        try fixture.attach(.vf(0, for: "b", .full))
        let before = fixture.host.kernel
        try fixture.detach(.vf(0, of: "a"))
        #expect(fixture.host.kernel == before)
        #expect(try fixture.store().attachments().map(\.owner) == [.cni("b")])
    }

    @Test func anIPAMThatFailsKeepsTheRecordButNotTheVF() throws {
        let (fixture, before) = try attached()
        struct Refusal: Error {}
        _ = try fixture.context().attachments.detach(.vf(0, of: "a")) { _ in throw Refusal() }
        #expect(try fixture.contradictions(since: before, isAllFinished: false) == [])
        let vf = fixture.host.kernel.interfaces.values.first { $0.virtualFunction == function }
        #expect(vf?.link.name == "pf0v0")
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring])
        #expect(try fixture.context().attachments.recover().isComplete)
        try expectPristine(fixture, before)
    }

    @Test func anAddressOutlivesTheVFThatWasResizedAway() throws {
        let (fixture, _) = try attached()
        struct Refusal: Error {}
        let context = try Context(
            host: fixture.host, store: fixture.store(),
            locks: LockDirectory(path: fixture.directory + "/locks"),
            releaseFrontEnd: { _ in throw Refusal() }, warn: { _ in })
        let parent = try #require(try fixture.host.physicalFunction(at: SimulatedHost.pfAddress()))
        _ = try context.node.resize(parent, to: 0, force: true)
        #expect(try fixture.store().attachments().count == 1)
        #expect(try fixture.context().attachments.recover().isComplete)
        #expect(fixture.leases.withLock { $0.isEmpty })
        #expect(try fixture.store().attachments().isEmpty)
    }

    @Test func aVFOfADriverOfUserSpaceIsReleasedByTheFirstDetach() throws {
        let host = SimulatedHost.withVFs(1)
        host.makeNamespace("/run/netns/a")
        host.withKernel { $0.bind(SimulatedHost.vfAddress(0), to: "vfio-pci") }
        let fixture = try EngineFixture(host)
        let before = host.kernel
        try fixture.attach(.vf(0, for: "a", .fullThroughPF))
        try fixture.detach(.vf(0, of: "a"))
        try expectPristine(fixture, before)
    }

    @Test func aVFOfADriverOfUserSpaceIsNotTakenFromALivingContainer() throws {
        let host = SimulatedHost.withVFs(1)
        for name in ["a", "b"] { host.makeNamespace("/run/netns/\(name)") }
        host.withKernel { $0.bind(SimulatedHost.vfAddress(0), to: "vfio-pci") }
        let fixture = try EngineFixture(host)
        try fixture.attach(.vf(0, for: "a", .plain))
        host.deleteNamespace("/run/netns/a", heldBy: "/proc/4711/ns/net")
        #expect(try fixture.context().attachments.recover().entries.isEmpty)
        #expect(error { try fixture.attach(.vf(0, for: "b")) }?.code == .inUse)
        host.withKernel { $0.heldPaths = [:] }
        try fixture.attach(.vf(0, for: "b"))
    }

    /// A runtime gives an ADD about a minute in all, however many namespaces somebody holds.
    @Test func manyHeldNamespacesCostOneWait() throws {
        let host = SimulatedHost.withVFs(7)
        let fixture = try EngineFixture(host)
        for index in 0..<7 {
            host.makeNamespace("/run/netns/\(index)")
            try fixture.attach(.vf(index, for: "\(index)"))
            host.withKernel { $0.deleteNamespaceHeldByDescriptor("/run/netns/\(index)") }
        }
        host.makeNamespace("/run/netns/b")
        var request = AttachRequest.vf(0, for: "b")
        request.selection = .anyOf(physicalFunction: SimulatedHost.pfAddress())
        #expect(error { try fixture.attach(request) }?.code == .noneFree)
        let claim = host.kernel.waits.reduce(.zero, +)
        #expect(claim <= .milliseconds(50))
        _ = try fixture.context().attachments.recover()
        #expect(host.kernel.waits.reduce(.zero, +) - claim <= .milliseconds(50))
        #expect(host.kernel.waits.count == 14)
    }

    @Test func oneRecordThatCannotBeRecoveredDoesNotKeepTheOthers() throws {
        let (fixture, _) = try attached()
        fixture.host.makeNamespace("/run/netns/c")
        try fixture.attach(.vf(1, for: "c"))
        fixture.host.withKernel {
            $0.deleteNamespaceHeldByDescriptor("/run/netns/a")
            $0.deleteNamespace("/run/netns/c")
        }
        _ = try fixture.context().attachments.recover()
        #expect(try fixture.store().attachments().map(\.owner) == [.cni("a")])
    }
}
