internal import LinuxSystem

/// Who tells of events.
package enum DeviceEventSource: String, CaseIterable, Sendable {
    /// udevd, once it has worked through its rules: interfaces have the names that the rules give.
    case udev
    /// The kernel, at once; interfaces may be renamed by udev a moment later.
    case kernel

    /// udevd where it runs, else the kernel: without udevd nobody sends to the first.
    package static var available: DeviceEventSource { available(under: "/run") }

    /// - Parameter run: The directory that stands for `/run`.
    package static func available(under run: String) -> DeviceEventSource {
        // libudev goes by the file alone, which a udevd that was killed leaves behind.
        let socket = run + "/udev/control"
        guard (try? FileIdentity(of: socket)) != nil else { return .kernel }
        guard let sockets = try? readTextFile("/proc/net/unix", limit: 64 << 20) else {
            return .udev
        }
        return sockets.split(separator: "\n").contains { $0.hasSuffix(" " + socket) }
            ? .udev : .kernel
    }
}
