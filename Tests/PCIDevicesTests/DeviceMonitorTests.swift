import Glibc
import LinuxSystem
import PCIDevices
import Testing

/// The monitor on this machine's kernel.
@Suite struct DeviceMonitorTests {
    @Test func itsDescriptorsAreCloseOnExec() throws {
        let monitor = try DeviceMonitor(source: .kernel)
        for descriptor in [monitor.descriptor, monitor.stopRequest.descriptor] {
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func aDeadlineEndsTheWaiting() throws {
        let monitor = try DeviceMonitor(source: .kernel)
        let deadline = Deadline(after: .milliseconds(50))
        // Events of cards may come in between: this is a machine at work.
        while try monitor.next(until: deadline) != nil {}
        #expect(deadline.hasPassed)
        #expect(!monitor.stopRequest.hasBeenMade)
    }

    @Test func anotherThreadEndsTheWaiting() throws {
        let monitor = try DeviceMonitor(source: .kernel)
        let request = monitor.stopRequest
        let deadline = Deadline(after: .seconds(120))
        let stopper = Thread { request.stop() }
        while try monitor.next(until: deadline) != nil {}
        stopper.join()
        #expect(!deadline.hasPassed)
        #expect(request.hasBeenMade)
        // And it stays so.
        let event = try monitor.next(until: nil)
        #expect(event == nil)
    }
}

/// Real uevents: whoever writes `change` to an interface's `uevent` file makes one.
@Suite(
    .serialized,
    .enabled(if: access("/sys/class/net/lo/uevent", W_OK) == 0, "needs root and a writable sysfs"))
struct DeviceMonitorEventTests {
    private func trigger() throws {
        try Sysfs().write("change", to: "class/net/lo/uevent")
    }

    /// Whether the monitor's socket has anything to receive within a time.
    private func hasEvent(_ monitor: DeviceMonitor, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    @Test func interfacesThatBelongToNoCardAreLeftOut() throws {
        let monitor = try DeviceMonitor(source: .kernel)
        try trigger()
        try #require(hasEvent(monitor, within: 120_000))
        let event = try monitor.next(until: Deadline(after: .zero))
        #expect(event == nil)
    }

    @Test func lostEventsAreToldOf() throws {
        // The kernel makes the queue a few kilobytes at the least.
        let monitor = try DeviceMonitor(
            source: .kernel, stopRequest: StopRequest(), queueSize: 1)
        for _ in 0..<200 { try trigger() }
        var found = false
        while let event = try monitor.next(until: Deadline(after: .zero)) {
            if event == .overflow { found = true }
        }
        #expect(found)
        // Told of once, and listening goes on.
        try trigger()
        try #require(hasEvent(monitor, within: 120_000))
        let event = try monitor.next(until: Deadline(after: .zero))
        #expect(event == nil)
    }
}

/// A thread that is joined.
private struct Thread {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Work {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        pthread_create(
            &thread, nil,
            { context in
                if let context {
                    Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                }
                return nil
            }, work.toOpaque())
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
