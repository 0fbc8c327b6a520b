package import LinuxSystem
package import PCIDevices
internal import ServiceLifecycle

/// Tells of network cards and VFs that come, go, or change their driver.
///
/// A VF that is removed while it is in a container takes its interface with it there, of which the host's own
/// interfaces say nothing.
package final class DeviceWatcher: Service {
    private let stopRequest: StopRequest
    private let tell: @Sendable (String) -> Void

    /// - Parameter tell: Takes what happened: `0000:01:10.0 removed`.
    /// - Throws: `SystemCallError`.
    package init(tell: @escaping @Sendable (String) -> Void) throws(SystemCallError) {
        stopRequest = try StopRequest()
        self.tell = tell
    }

    /// Watches until the shutdown.
    ///
    /// - Throws: `SystemCallError` if the netlink socket cannot be made, or if receiving fails.
    package func run() async throws {
        try await onThreadUntilShutdown {
            try self.watch()
        } stop: {
            self.stopRequest.stop()
        }
    }

    private func watch() throws {
        // The kernel, not udevd: what is looked at then is sysfs, which needs no rules to have run.
        let monitor = try DeviceMonitor(source: .kernel, stopRequest: stopRequest)
        while let event = try monitor.next(until: nil) {
            if let message = Self.message(of: event) { tell(message) }
        }
    }

    /// What to tell of an event; nil for one after which no VF can need anything.
    package static func message(of event: DeviceEvent) -> String? {
        switch event {
        case .function(let action, let detail):
            switch action {
            case .added, .removed, .bound, .unbound: "\(detail.address) \(action.rawValue)"
            case .changed, .moved, .renamed: nil
            }
        case .interface:
            // Those of the host are told of by the kernel's own channel for interfaces.
            nil
        case .overflow:
            "news of devices were lost"
        }
    }
}
