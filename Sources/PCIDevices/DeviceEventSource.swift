internal import LinuxSystem

/// Who tells of events.
package enum DeviceEventSource: String, CaseIterable, Sendable {
    /// udevd, once it has worked through its rules: interfaces have the names that the rules give.
    case udev
    /// The kernel, at once; interfaces may be renamed by udev a moment later.
    case kernel

    /// udevd where it runs, else the kernel: without udevd nobody sends to the first.
    package static var available: DeviceEventSource { available(under: "/run") }

    /// - Parameter run: The folder that stands for `/run`.
    package static func available(under run: String) -> DeviceEventSource {
        // udevd makes it when it starts and removes it when it ends in order; libudev goes by it too.
        (try? FileIdentity(of: run + "/udev/control")) == nil ? .kernel : .udev
    }
}
