package import LinuxSystem
package import Netlink
internal import ServiceLifecycle
internal import Synchronization

/// Tells of interfaces that appear in the host: a VF that comes back from a container, a card that is plugged in.
package final class InterfaceWatcher: Service {
    private let openMonitor: @Sendable () throws -> (LinkMonitor, RouteSocket)
    private let isOfInterest: @Sendable (Link) -> Bool
    private let isReady: ReadySignal?
    private let tell: @Sendable (String) -> Void
    private let signal: WakeSignal
    private let isStopping = Mutex(false)

    /// - Parameters:
    ///   - open: Opens the sockets in the namespace to watch.
    ///   - isOfInterest: Which interfaces to tell of. Containers and virtual machines come and go with interfaces
    ///     of software, which are none of ours.
    ///   - isReady: Is told `interfaces` when nothing is missed any more; nil for nobody.
    ///   - tell: Takes what happened: `eth7 appeared`.
    /// - Throws: `SystemCallError`.
    package init(
        open: @escaping @Sendable () throws -> (LinkMonitor, RouteSocket) = {
            (try LinkMonitor(), try RouteSocket())
        },
        isOfInterest: @escaping @Sendable (Link) -> Bool = { $0.pciAddress != nil },
        isReady: ReadySignal? = nil, tell: @escaping @Sendable (String) -> Void
    ) throws(SystemCallError) {
        openMonitor = open
        self.isOfInterest = isOfInterest
        self.isReady = isReady
        self.tell = tell
        signal = try WakeSignal()
    }

    /// Watches until the shutdown.
    ///
    /// - Throws: What `open` throws; `NetlinkError` if the interfaces cannot be listed; `SystemCallError` if poll(2) or
    ///   receiving fails.
    package func run() async throws {
        try await onThreadUntilShutdown {
            try self.watch()
        } stop: {
            self.isStopping.withLock { $0 = true }
            self.signal.wake()
        }
    }

    private func watch() throws {
        // The monitor first: so nothing is missed between looking and waiting.
        let (monitor, socket) = try openMonitor()
        var known = Set(try socket.links().map(\.index))
        isReady?.reach("interfaces")
        while !isStopping.withLock({ $0 }) {
            try signal.wait(until: nil, orReadable: monitor.descriptor)
            while let event = try monitor.wait(
                until: Deadline(after: .zero), matching: { _ in true })
            {
                switch event {
                case .changed(let link):
                    if known.insert(link.index).inserted, isOfInterest(link) {
                        tell("\(link.name) appeared")
                    }
                case .removed(let link): known.remove(link.index)
                case .overrun:
                    known = Set(try socket.links().map(\.index))
                    tell("news of interfaces were lost")
                }
            }
        }
    }
}
