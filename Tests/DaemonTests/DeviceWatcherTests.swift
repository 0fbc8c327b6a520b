import Daemon
import LinuxSystem
import PCIDevices
import Synchronization
import Testing

@Suite struct DeviceWatcherTests {
    private static func function(_ action: DeviceAction) throws -> DeviceEvent {
        .function(
            action,
            PCIFunctionEvent(
                address: try #require(PCIAddress("0000:01:10.0")), driver: nil, role: .unknown))
    }

    private static let told: [(DeviceAction, String?)] = [
        (.added, "0000:01:10.0 added"), (.removed, "0000:01:10.0 removed"),
        (.bound, "0000:01:10.0 bound"), (.unbound, "0000:01:10.0 unbound"), (.changed, nil),
        (.moved, nil), (.renamed, nil),
    ]

    @Test(arguments: told)
    func functionsThatComeAndGoAreToldOf(action: DeviceAction, message: String?) throws {
        #expect(DeviceWatcher.message(of: try Self.function(action)) == message)
    }

    @Test func lostEventsAreToldOfAndInterfacesAreNot() throws {
        #expect(DeviceWatcher.message(of: .overflow) == "news of devices were lost")
        let interface = InterfaceEvent(
            name: "eth0", oldName: nil, index: 7,
            function: try #require(PCIAddress("0000:01:10.0")))
        #expect(DeviceWatcher.message(of: .interface(.added, interface)) == nil)
    }

    @Test func itEndsWithTheShutdown() async throws {
        let told = Mutex<[String]>([])
        let watcher = try DeviceWatcher(tell: { message in told.withLock { $0.append(message) } })
        try await running(watcher) {}
        #expect(told.withLock { $0 } == [])
    }
}
