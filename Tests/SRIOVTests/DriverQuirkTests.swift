import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// What other drivers than igb answer.
@Suite struct DriverQuirkTests {
    private static let path = "/run/netns/a"
    private static let settings = VFSettings(
        macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag(identifier: 100),
        spoofCheck: false, trust: true)

    private func fixture() throws -> EngineFixture {
        let fixture = try EngineFixture(.withVFs(2, driver: .accepting))
        fixture.makeContainer(Self.path)
        return fixture
    }

    // MARK: Settings that a driver does not know

    /// Reported as absent and refused, as by drivers without the callback.
    private func withoutCallback(_ attribute: String) throws -> EngineFixture {
        let fixture = try fixture()
        fixture.host.withKernel { kernel in
            kernel.unsupported = [attribute]
            for address in kernel.vfs.keys {
                kernel.vfs[address]?.info.spoofCheck = attribute == "spoof check" ? nil : true
                kernel.vfs[address]?.info.trust = attribute == "trust" ? nil : false
                kernel.vfs[address]?.info.linkState = attribute == "link state" ? nil : .automatic
            }
        }
        return fixture
    }

    @Test(arguments: ["spoof check", "trust", "link state"])
    func aRefusedSettingThatIsNotReportedLeavesNothingToUndo(attribute: String) throws {
        let fixture = try withoutCallback(attribute)
        let before = fixture.host.kernel.pristinePart
        var settings = Self.settings
        settings.linkState = .enabled
        let error = #expect(throws: ManagerError.self) {
            try fixture.attach(.vf(0, for: "a", settings))
        }
        #expect(error?.code == .unsupported)
        #expect("\(try #require(error))".contains("set \(attribute)"))
        #expect("\(try #require(error))".contains("could not be brought back") == false)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test func aVFOfSuchADriverIsGivenAndTakenBackWithoutTheSetting() throws {
        let fixture = try withoutCallback("spoof check")
        let before = fixture.host.kernel.pristinePart
        var settings = Self.settings
        settings.spoofCheck = nil
        try fixture.attach(.vf(0, for: "a", settings))
        try fixture.detach(.vf(0, of: "a"))
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    // MARK: Drivers that are busy

    @Test(arguments: [1, 3])
    func aSettingIsMadeAgainWhileTheDriverIsBusy(times: Int) throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        fixture.host.withKernel { $0.busyAnswers = Array(repeating: .wouldBlock, count: times) }
        try fixture.attach(.vf(0, for: "a", Self.settings))
        let vf = try #require(fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)])
        #expect(vf.info.vlans == [VLANTag(identifier: 100)])
        #expect(vf.info.trust == true)
        fixture.host.withKernel { $0.busyAnswers = Array(repeating: .wouldBlock, count: times) }
        try fixture.detach(.vf(0, of: "a"))
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    /// Without a MAC no setting goes to the interface, whose driver has another meaning of EBUSY.
    @Test(arguments: [ErrorNumber.wouldBlock, .busy], [1, 3])
    func aSettingOfThePFIsMadeAgainForEitherErrno(errno: ErrorNumber, times: Int) throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        var settings = Self.settings
        settings.macAddress = nil
        fixture.host.withKernel { $0.busyAnswers = Array(repeating: errno, count: times) }
        try fixture.attach(.vf(0, for: "a", settings))
        let vf = try #require(fixture.host.kernel.vfs[SimulatedHost.vfAddress(0)])
        #expect(vf.info.vlans == [VLANTag(identifier: 100)])
        #expect(vf.info.trust == true)
        fixture.host.withKernel { $0.busyAnswers = Array(repeating: errno, count: times) }
        try fixture.detach(.vf(0, of: "a"))
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    @Test(arguments: [ErrorNumber.wouldBlock, .busy])
    func aDriverThatStaysBusyIsToldAndTheVFIsLeftForALaterCall(errno: ErrorNumber) throws {
        let fixture = try fixture()
        let before = fixture.host.kernel.pristinePart
        fixture.host.withKernel { $0.busyAnswers = Array(repeating: errno, count: 10_000) }
        let error = #expect(throws: ManagerError.self) {
            try fixture.attach(.vf(0, for: "a", Self.settings))
        }
        #expect(error?.code == .inUse)
        fixture.host.withKernel { $0.busyAnswers = [] }
        _ = try fixture.context().attachments.recover()
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.host.kernel.pristinePart == before)
    }

    /// However many settings and VFs there are, repeating takes no longer than it does for one.
    @Test func theTimeForBusyDriversIsOneForAllRequests() throws {
        let fixture = try fixture()
        fixture.makeContainer("/run/netns/b")
        try fixture.attach(.vf(0, for: "a", Self.settings))
        var other = AttachRequest.vf(1, for: "b", Self.settings)
        other.namespacePath = "/run/netns/b"
        other.settings.macAddress = MACAddress("02:11:22:33:44:66")
        try fixture.attach(other)
        for name in ["a", "b"] { fixture.host.deleteNamespace("/run/netns/\(name)") }
        let answers = 10_000
        fixture.host.withKernel {
            $0.busyAnswers = Array(repeating: .wouldBlock, count: answers)
        }
        _ = try fixture.context().attachments.recover()
        // A request each 20 ms for 200 ms, and one of each kind besides.
        #expect(answers - fixture.host.kernel.busyAnswers.count < 60)
        #expect(try fixture.store().attachments().map(\.phase) == [.restoring, .restoring])
        fixture.host.withKernel { $0.busyAnswers = [] }
        #expect(try fixture.context().attachments.recover().isComplete)
        #expect(try fixture.store().attachments() == [])
    }
}
