internal import CUdev
internal import LinuxSystem

/// libudev's context.
struct UdevContext: ~Copyable {
    let pointer: OpaquePointer

    /// - Throws: `SystemCallError`, for want of memory.
    init() throws(SystemCallError) {
        var made: OpaquePointer?
        try systemCall("prepare libudev", on: "") {
            made = udev_new()
            return made == nil ? -1 : 0
        }
        guard let made else { preconditionFailure("udev_new succeeded without a result") }
        pointer = made
    }

    deinit {
        udev_unref(pointer)
    }
}

/// libudev's monitor: a netlink socket, close-on-exec and not blocking.
struct UdevMonitor: ~Copyable {
    let pointer: OpaquePointer

    /// - Parameter source: Whose events it hears, once it listens.
    init(
        _ context: borrowing UdevContext, _ source: DeviceEventSource
    ) throws(SystemCallError) {
        let context = context.pointer
        var made: OpaquePointer?
        try systemCall("open monitor of devices", on: source.rawValue) {
            made = udev_monitor_new_from_netlink(context, source.rawValue)
            return made == nil ? -1 : 0
        }
        guard let made else { preconditionFailure("the monitor was made without a result") }
        pointer = made
    }

    deinit {
        udev_monitor_unref(pointer)
    }

    /// The next device that something has happened to.
    ///
    /// - Throws: `SystemCallError`; with `EAGAIN` if there is none now.
    borrowing func receive() throws(SystemCallError) -> UdevDevice {
        let monitor = pointer
        var received: OpaquePointer?
        try systemCall("receive news of devices", on: "") {
            received = udev_monitor_receive_device(monitor)
            return received == nil ? -1 : 0
        }
        guard let received else { preconditionFailure("a device was received without a result") }
        return UdevDevice(owning: received)
    }
}

/// A device as libudev received it.
struct UdevDevice: ~Copyable {
    private let pointer: OpaquePointer

    /// - Parameter pointer: Nobody else lets go of it.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        udev_device_unref(pointer)
    }

    /// Those of the properties that the device has; bytes that are not UTF-8 are replaced.
    borrowing func properties(_ names: [String]) -> [String: String] {
        var found: [String: String] = [:]
        for name in names {
            if let value = udev_device_get_property_value(pointer, name) {
                found[name] = String(cString: value)
            }
        }
        return found
    }
}
