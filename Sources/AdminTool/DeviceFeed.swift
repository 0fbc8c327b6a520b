package import LinuxSystem
package import PCIDevices

/// Where a command hears of devices.
package struct DeviceFeed {
    /// Whose events these are.
    package let source: DeviceEventSource

    /// Waits for the next event, until a deadline if there is one; nil when that has passed, or when the program is
    /// asked to end.
    package let next: (Deadline?) throws -> DeviceEvent?

    package init(
        source: DeviceEventSource, next: @escaping (Deadline?) throws -> DeviceEvent?
    ) {
        self.source = source
        self.next = next
    }
}
