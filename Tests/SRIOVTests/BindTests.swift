import Foundation
import FrontEndSupport
import LinuxSystem
import Node
import SRIOV
import SimulatedHost
import Testing

/// VFs of a PF whose `sriov_drivers_autoprobe` is off, bound to the driver of the kernel's choice.
@Suite struct BindTests {
    private static let pf = SimulatedHost.pfAddress()

    /// Two VFs without a driver on a PF whose VFs the kernel binds none to.
    private func fixture() throws -> EngineFixture {
        let host = SimulatedHost.withVFs(2)
        host.withKernel { kernel in
            kernel.pfs[Self.pf]?.bindsDrivers = false
            for index in 0..<2 { kernel.bind(SimulatedHost.vfAddress(index), to: nil) }
        }
        return try EngineFixture(host)
    }

    private func bindsDrivers(_ fixture: EngineFixture) -> Bool? {
        fixture.host.kernel.pfs[Self.pf]?.bindsDrivers
    }

    private func drivers(_ fixture: EngineFixture) -> [String?] {
        (0..<2).map { fixture.host.kernel.vfs[SimulatedHost.vfAddress($0)]?.function.driver }
    }

    private func notes(_ fixture: EngineFixture) throws -> [String] {
        (try? directoryNames(fixture.statePath + "-work")) ?? []
    }

    @Test(arguments: 1...UInt64(CrashTests.isLong ? 500 : 20))
    func twoAtOnceGetTheirDriversAndLeaveTheSwitchOff(seed: UInt64) throws {
        let fixture = try fixture()
        let turns = SimulatedTurns(players: 2, seed: seed)
        let threads = (0..<2).map { index in
            let player = turns.player(index)
            let process = fixture.host.anotherProcess(turns: player)
            return VerbThread {
                // One that waits for the other's lock for too long is refused.
                for _ in 0..<1000 {
                    let result = try? fixture.context(in: process).node.bind(
                        SimulatedHost.vfAddress(index), to: .netdevice)
                    if result != nil { break }
                }
                player.leave()
            }
        }
        for thread in threads { thread.join() }
        #expect(drivers(fixture) == ["igbvf", "igbvf"])
        #expect(bindsDrivers(fixture) == false)
        #expect(try notes(fixture) == [])
    }

    @Test func nobodySeesTheSwitchOnWithAFirstLookUnderTheLock() throws {
        let fixture = try fixture()
        _ = try fixture.context().node.bind(SimulatedHost.vfAddress(0), to: .netdevice)
        #expect(drivers(fixture) == ["igbvf", nil])
        #expect(bindsDrivers(fixture) == false)
        // A driver by its name needs no switch.
        _ = try fixture.context().node.bind(SimulatedHost.vfAddress(1), to: .named("vfio-pci"))
        #expect(drivers(fixture) == ["igbvf", "vfio-pci"])
        #expect(bindsDrivers(fixture) == false)
        #expect(try notes(fixture) == [])
    }

    /// What comes after the death of a bind.
    enum Next: CaseIterable, Sendable {
        case recover, bindAnother, resize, apply

        func run(_ fixture: EngineFixture) throws {
            let context = try fixture.context()
            switch self {
            case .recover: _ = try context.attachments.recover()
            case .bindAnother:
                _ = try context.node.bind(SimulatedHost.vfAddress(1), to: .netdevice)
            case .resize:
                let function = try #require(
                    try fixture.host.physicalFunction(at: SimulatedHost.pfAddress()))
                _ = try context.node.resize(function, to: 2, force: true)
            case .apply:
                let text = #"{"physicalFunctions": [{"name": "pf0", "mtu": 9000}]}"#
                _ = try context.node.apply(
                    NodeConfiguration(parsing: Array(text.utf8), path: "/etc/config"), force: false)
            }
        }
    }

    @Test(arguments: Next.allCases)
    func aDeathAtAnyStepLeavesTheSwitchOffAfterwards(next: Next) throws {
        var wasLeftOn = false
        for step in 1... {
            let fixture = try fixture()
            let victim = fixture.host.anotherProcess()
            victim.arm(.die(at: step))
            // What a dying process says is heard by nobody.
            _ = try? fixture.context(in: victim).node.bind(
                SimulatedHost.vfAddress(0), to: .netdevice)
            guard victim.faultWasReached else { break }
            if bindsDrivers(fixture) == true { wasLeftOn = true }
            try next.run(fixture)
            #expect(bindsDrivers(fixture) == false, "step \(step)")
            #expect(try notes(fixture) == [], "step \(step)")
            _ = try fixture.context().node.bind(SimulatedHost.vfAddress(0), to: .netdevice)
            #expect(drivers(fixture)[0] == "igbvf", "step \(step)")
            #expect(bindsDrivers(fixture) == false, "step \(step)")
        }
        #expect(wasLeftOn)
    }

    @Test func aBindThatFailsLeavesTheSwitchOff() throws {
        var failures = 0
        for step in 1... {
            let fixture = try fixture()
            fixture.host.arm(.fail(at: step))
            _ = try? fixture.context().node.bind(SimulatedHost.vfAddress(0), to: .netdevice)
            guard fixture.host.faultWasReached else { break }
            // With the driver bound it was the end that failed, which the next verb makes up for.
            guard drivers(fixture)[0] == nil else { continue }
            failures += 1
            #expect(bindsDrivers(fixture) == false, "step \(step)")
            #expect(try notes(fixture) == [], "step \(step)")
        }
        #expect(failures > 3)
    }

    @Test func aSwitchThatIsOnForSomebodyWhoWorksOnThePFIsLeftOn() throws {
        let fixture = try fixture()
        let victim = fixture.host.anotherProcess()
        var step = 0
        while bindsDrivers(fixture) == false {
            step += 1
            victim.arm(.die(at: step))
            _ = try? fixture.context(in: victim).node.bind(
                SimulatedHost.vfAddress(0), to: .netdevice)
            try #require(victim.faultWasReached)
        }
        var lock: FileLock? = try LockDirectory(path: fixture.directory + "/locks").lock(
            Self.pf, .exclusive, deadline: Deadline(after: .zero))
        _ = try fixture.context().attachments.recover()
        #expect(bindsDrivers(fixture) == true)
        #expect(try notes(fixture).count == 1)
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try fixture.context().attachments.recover()
        #expect(bindsDrivers(fixture) == false)
        #expect(try notes(fixture) == [])
    }

    /// The next boot, and a card that was plugged in again, begin with what the kernel makes of it.
    @Test(arguments: [true, false])
    func aNoteOfAnotherDeviceOrBootIsOnlyErased(isOtherBoot: Bool) throws {
        let fixture = try fixture()
        let victim = fixture.host.anotherProcess()
        // Until it dies with the switch on.
        var step = 0
        while bindsDrivers(fixture) == false {
            step += 1
            victim.arm(.die(at: step))
            _ = try? fixture.context(in: victim).node.bind(
                SimulatedHost.vfAddress(0), to: .netdevice)
            try #require(victim.faultWasReached)
        }
        fixture.host.withKernel { kernel in
            if isOtherBoot {
                kernel.boot = BootIdentity(rawValue: "second-boot")
            } else {
                kernel.pfs[Self.pf]?.instance = kernel.nextInstance
            }
        }
        _ = try fixture.context().attachments.recover()
        #expect(bindsDrivers(fixture) == true)
        #expect(try notes(fixture) == [])
    }
}
