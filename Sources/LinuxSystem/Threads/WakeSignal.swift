internal import CLinuxShim
internal import Glibc

/// Wakes a thread that waits, from any other; a call made before the wait counts too.
package final class WakeSignal: Sendable {
    private let descriptor: Descriptor

    /// - Throws: `SystemCallError` if there are too many open files.
    package init() throws(SystemCallError) {
        descriptor = Descriptor(owning: try systemCall("make event", on: "") { vfmap_event() })
    }

    /// Ends the wait that is going on, or else the next one.
    package func wake() {
        // It fails only when 2^64 - 2 calls have not been waited for.
        var one: UInt64 = 1
        _ = write(descriptor.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until somebody calls, or a descriptor has something to read.
    ///
    /// - Parameters:
    ///   - deadline: When waiting ends; nil for never.
    ///   - other: A descriptor to wait for as well; nil for none.
    /// - Throws: `SystemCallError`.
    package func wait(
        until deadline: Deadline?, orReadable other: Int32? = nil
    ) throws(SystemCallError) {
        var files = [pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
        if let other { files.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0)) }
        try systemCall("poll", on: "") {
            poll(&files, nfds_t(files.count), deadline?.remainingMilliseconds ?? -1)
        }
        if files[0].revents != 0 {
            var count: UInt64 = 0
            // Nothing there to read is what is wanted as well.
            _ = read(descriptor.rawValue, &count, MemoryLayout<UInt64>.size)
        }
    }
}
