package import LinuxSystem
internal import Logging
package import NIOCore
internal import ServiceLifecycle

/// Tells systemd how the daemon is: ready, alive, stopping.
package final class ServiceManagerReporter: Service {
    private let socket: NotifySocket?
    private let watchdog: Duration?
    private let isReady: ReadySignal
    private let loop: any EventLoop
    private let log: DaemonLog

    /// - Parameters:
    ///   - socket: Where to tell it; nil for nobody.
    ///   - watchdog: Within what time systemd wants to hear of the daemon; nil for never.
    ///   - isReady: What to wait for before the daemon is said to be ready.
    ///   - loop: Must turn for the daemon to count as alive.
    package init(
        socket: NotifySocket?, watchdog: Duration?, isReady: ReadySignal, loop: any EventLoop,
        log: DaemonLog
    ) {
        self.socket = socket
        self.watchdog = watchdog
        self.isReady = isReady
        self.loop = loop
        self.log = log
    }

    /// Tells systemd until the shutdown; what cannot be told is logged.
    ///
    /// - Throws: Nothing; the protocol `Service` demands the word.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await isReady.wait()
            guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
            log.logger.info("ready")
            tell("READY=1", "STATUS=serving")
            await stayAlive()
        } onCancelOrGracefulShutdown: {
            self.isReady.giveUp()
        }
        tell("STOPPING=1", "STATUS=finishing what has begun")
    }

    /// Returns at the shutdown.
    private func stayAlive() async {
        // Both waits end by throwing, at the shutdown or the cancellation.
        guard let watchdog else {
            try? await gracefulShutdown()
            return
        }
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                try await loop.submit {}.get()
                tell("WATCHDOG=1")
                try await Task.sleep(for: watchdog / 2)
            }
        }
    }

    private func tell(_ assignments: String...) {
        guard let socket else { return }
        do {
            try socket.send(assignments)
        } catch {
            log.failure(.warning, "cannot tell systemd", ["error": "\(error)"])
        }
    }
}
