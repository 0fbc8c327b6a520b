internal import CUdev
internal import Glibc
package import LinuxSystem

/// Hears of every network card that comes, goes or changes, and of the interfaces of PCI functions in this
/// network namespace.
///
/// Open it first, then look at what is there, then wait: so nothing is missed between looking and waiting.
/// It needs no privileges. It belongs to one thread, since libudev's objects do: make it, ask it and let go of
/// it there. Only `stopRequest` may be used from elsewhere.
package final class DeviceMonitor {
    /// Whose events these are.
    package let source: DeviceEventSource

    /// Ends the waiting, from any thread.
    package let stopRequest: StopRequest

    private let context: UdevContext
    private let monitor: UdevMonitor
    private let sysfs = Sysfs()

    /// Bytes of the queue. Creating a VF makes four events, each of which the kernel counts with a few kilobytes:
    /// enough for several hundred VFs while the reader is busy.
    private static let queueSize: Int32 = 8 << 20

    /// - Parameters:
    ///   - source: nil for udevd where it runs, else the kernel.
    ///   - stopRequest: nil for one of its own.
    /// - Throws: `SystemCallError` if the socket cannot be made.
    package convenience init(
        source: DeviceEventSource? = nil, stopRequest: StopRequest? = nil
    ) throws(SystemCallError) {
        let request: StopRequest
        // Not `??`: it does not pass the type of the error on.
        if let stopRequest { request = stopRequest } else { request = try StopRequest() }
        try self.init(
            source: source ?? .available, stopRequest: request, queueSize: Self.queueSize)
    }

    /// - Parameter queueSize: Bytes of the queue, beyond which events are lost.
    /// - Throws: `SystemCallError` if the socket cannot be made. Too few rights for the size of the queue are no error.
    package init(
        source: DeviceEventSource, stopRequest: StopRequest, queueSize: Int32
    ) throws(SystemCallError) {
        self.source = source
        self.stopRequest = stopRequest
        context = try UdevContext()
        monitor = try UdevMonitor(context, source)
        let pointer = monitor.pointer
        for subsystem in ["pci", "net"] {
            try systemCall("filter news of devices", on: subsystem) {
                udev_monitor_filter_add_match_subsystem_devtype(pointer, subsystem, nil)
            }
        }
        do {
            try systemCall("enlarge queue of device events", on: "\(queueSize) bytes") {
                udev_monitor_set_receive_buffer_size(pointer, queueSize)
            }
        } catch  where error.errno == .notPermitted {
            // Without root it is as large as the administrator lets it be, and an overflow is told of.
        }
        try systemCall("listen to news of devices", on: source.rawValue) {
            udev_monitor_enable_receiving(pointer)
        }
    }

    /// For poll(2): readable when there is news. Owned by the monitor.
    package var descriptor: Int32 { udev_monitor_get_fd(monitor.pointer) }

    /// Waits for the next event.
    ///
    /// - Parameter deadline: When waiting ends; one that has passed takes what is there already. nil waits until there
    ///   is an event or the request to stop.
    /// - Returns: nil if the deadline passed first, or a stop was requested.
    /// - Throws: `SystemCallError` if receiving fails.
    package func next(until deadline: Deadline?) throws(SystemCallError) -> DeviceEvent? {
        // Asked every time: events that come without end must not keep it from stopping.
        while !stopRequest.hasBeenMade {
            do {
                let device = try monitor.receive()
                let properties = device.properties(DeviceEvent.propertyNames)
                if let event = DeviceEvent(properties: properties, sysfs: sysfs) { return event }
            } catch  where error.errno == .wouldBlock {
                // poll(2) may have been asked for less than a long deadline.
                if try !waitForEvent(until: deadline), deadline?.hasPassed == true { return nil }
            } catch  where error.isLossOfEvents {
                return .overflow
            }
        }
        return nil
    }

    /// - Returns: false if nothing has come.
    private func waitForEvent(until deadline: Deadline?) throws(SystemCallError) -> Bool {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopRequest.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        return try systemCall("wait for news of devices", on: "") {
            poll(&entries, nfds_t(entries.count), deadline?.remainingMilliseconds ?? -1)
        } > 0
    }
}

extension SystemCallError {
    /// Whether it tells that events were lost: the queue was too short, or libudev could not read one, which then
    /// counts as lost.
    fileprivate var isLossOfEvents: Bool {
        errno == .noBufferSpace || errno == .messageTooLong || errno == .invalidArgument
            || errno == .badMessage
    }
}
