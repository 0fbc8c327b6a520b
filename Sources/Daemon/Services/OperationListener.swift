internal import FrontEndSupport
package import LinuxSystem
package import Metrics
internal import SRIOV
internal import ServiceLifecycle
internal import Synchronization

/// Hears of the operations of short-lived programs, a datagram each.
package final class OperationListener: Service {
    private let receiver: DatagramReceiver
    private let operations: OperationCounter
    private let signal: WakeSignal
    private let isStopping = Mutex(false)

    /// - Throws: `SystemCallError`.
    package init(
        receiver: DatagramReceiver, operations: OperationCounter
    ) throws(SystemCallError) {
        self.receiver = receiver
        self.operations = operations
        signal = try WakeSignal()
    }

    /// Listens until the shutdown, and removes the socket's file.
    ///
    /// - Throws: `SystemCallError` if poll(2) or recv(2) fails; the file is removed then too.
    package func run() async throws {
        defer { receiver.file.remove() }
        try await onThreadUntilShutdown {
            try self.listen()
        } stop: {
            self.isStopping.withLock { $0 = true }
            self.signal.wake()
        }
    }

    private func listen() throws {
        while !isStopping.withLock({ $0 }) {
            // Whoever sends without pause is heard, and does not keep the daemon from stopping.
            if let line = try receiver.receive(limit: OperationEvent.sizeLimit) {
                operations.count(event: line)
            } else {
                try signal.wait(until: nil, orReadable: receiver.descriptor)
            }
        }
    }
}
