package import LinuxSystem
internal import Logging
package import SRIOV
internal import ServiceLifecycle
internal import Synchronization

/// Looks after VFs that a runtime has been given to move, until they are in their containers.
///
/// Docker says nothing when it has moved one: when it starts a container, its last call comes before the move. The
/// kernel says nothing to the host either of an interface that is set up in a container. So this looks, soon and
/// then less often; what it does not see in its time is the reconciler's.
package final class HandoverFollower: Service {
    private struct Following {
        let deadline: ContinuousClock.Instant
        var next: ContinuousClock.Instant
        var pause: Duration
    }

    private struct State {
        var owners: [AttachmentOwner: Following] = [:]
        var isStopping = false
    }

    private let time: Duration
    private let firstPause: Duration
    private let longestPause: Duration
    private let log: DaemonLog
    private let confirm: @Sendable (AttachmentOwner) throws -> Attachment?
    private let signal: WakeSignal
    private let state = Mutex(State())

    /// - Parameters:
    ///   - time: How long one is looked after.
    ///   - firstPause: Before the first look, and doubled after each.
    ///   - confirm: The look, which does what the arrival calls for.
    /// - Throws: `SystemCallError`.
    package init(
        time: Duration = Timeouts().join, firstPause: Duration = .milliseconds(250),
        longestPause: Duration = .seconds(2), log: DaemonLog,
        confirm: @escaping @Sendable (AttachmentOwner) throws -> Attachment?
    ) throws(SystemCallError) {
        self.time = time
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.log = log
        self.confirm = confirm
        signal = try WakeSignal()
    }

    /// Begins to look after an attachment in phase joined; from any thread, at any time.
    package func follow(_ owner: AttachmentOwner) {
        let now = ContinuousClock.now
        state.withLock {
            $0.owners[owner] = Following(
                deadline: now + time, next: now + firstPause, pause: firstPause)
        }
        signal.wake()
    }

    /// How many are being looked after.
    package var count: Int { state.withLock { $0.owners.count } }

    /// Looks until the shutdown.
    ///
    /// - Throws: `SystemCallError` if poll(2) fails. What `confirm` throws is logged, and the next look comes as
    ///   planned.
    package func run() async throws {
        try await onThreadUntilShutdown {
            try self.work()
        } stop: {
            self.state.withLock { $0.isStopping = true }
            self.signal.wake()
        }
    }

    private func work() throws {
        while true {
            let now = ContinuousClock.now
            let (isStopping, due, next) = state.withLock { state in
                (
                    state.isStopping, state.owners.filter { $0.value.next <= now }.map(\.key),
                    state.owners.values.map(\.next).min()
                )
            }
            if isStopping { return }
            if due.isEmpty {
                try signal.wait(until: next.map { Deadline(after: $0 - now) })
            }
            for owner in due { look(at: owner) }
        }
    }

    private func look(at owner: AttachmentOwner) {
        var isOver = false
        do {
            isOver = try confirm(owner)?.phase != .joined
        } catch {
            log.logger.debug("not settled yet: \(error)")
        }
        let now = ContinuousClock.now
        state.withLock { state in
            guard var following = state.owners[owner] else { return }
            following.pause = min(following.pause * 2, longestPause)
            following.next = now + following.pause
            state.owners[owner] = isOver || now >= following.deadline ? nil : following
        }
    }
}
