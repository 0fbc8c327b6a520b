internal import CLinuxShim
internal import Glibc
internal import Synchronization

/// Tells a thread that waits with poll(2) to end, from any other thread.
///
/// Once made, a request stays.
package final class StopRequest: Sendable {
    private let event: Descriptor
    private let isMade = Atomic<Bool>(false)

    /// - Throws: `SystemCallError` if there is no descriptor to be had.
    package init() throws(SystemCallError) {
        event = Descriptor(
            owning: try systemCall("make event descriptor", on: "") { vfmap_event_descriptor() })
    }

    /// For poll(2): readable from the request on. Owned by this object.
    package var descriptor: Int32 { event.rawValue }

    /// Whether the request has been made.
    package var hasBeenMade: Bool { isMade.load(ordering: .acquiring) }

    /// Waits until a moment, or until the request is made.
    ///
    /// - Returns: Whether the moment has come without it.
    /// - Throws: `SystemCallError` if poll(2) fails.
    package func wait(until deadline: Deadline) throws(SystemCallError) -> Bool {
        var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !hasBeenMade, !deadline.hasPassed {
            try systemCall("poll", on: "") { poll(&file, 1, deadline.remainingMilliseconds) }
        }
        return !hasBeenMade
    }

    /// Makes the request; making it again changes nothing.
    package func stop() {
        isMade.store(true, ordering: .releasing)
        var one: UInt64 = 1
        // It can only fail where the counter is full, and then the descriptor is readable as it should be.
        _ = write(event.rawValue, &one, MemoryLayout<UInt64>.size)
    }
}
