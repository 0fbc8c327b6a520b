internal import Synchronization

/// Waits until everything that must be ready is.
package final class ReadySignal: Sendable {
    private struct State {
        var missing: Set<String>
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    /// - Parameter names: What must be ready.
    package init(awaiting names: Set<String>) {
        state = Mutex(State(missing: names))
    }

    /// Says that something is ready.
    package func reach(_ name: String) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.missing.remove(name)
            guard state.missing.isEmpty else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when all are ready, or the wait was ended; there may be one waiter.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.missing.isEmpty { state.waiter = continuation }
                return state.missing.isEmpty
            }
            if isReady { continuation.resume() }
        }
    }

    /// Ends the wait although not all are ready.
    package func giveUp() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.missing = []
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
