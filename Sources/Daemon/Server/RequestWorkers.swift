internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The threads that answer requests: a fixed number, and a bounded queue before them.
final class RequestWorkers: Sendable {
    private struct State {
        var accepted = 0
        var waitersForIdle: [EventLoopPromise<Void>] = []
    }

    private let pool: NIOThreadPool
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - threads: How many, started at once.
    ///   - waiting: The most pieces of work that wait for one of them.
    init(threads: Int, waiting: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        capacity = threads + waiting
        pool.start()
    }

    /// Has work done on one of the threads.
    ///
    /// - Returns: false if too much waits already; the work will not be done.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isAccepted = state.withLock { state in
            guard state.accepted < capacity else { return false }
            state.accepted += 1
            return true
        }
        guard isAccepted else { return false }
        pool.submit { _ in
            work()
            self.finish()
        }
        return true
    }

    private func finish() {
        let waiters = state.withLock { state -> [EventLoopPromise<Void>] in
            state.accepted -= 1
            guard state.accepted == 0 else { return [] }
            defer { state.waitersForIdle = [] }
            return state.waitersForIdle
        }
        for waiter in waiters { waiter.succeed() }
    }

    /// Done when no work is left.
    func idle(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let isIdle = state.withLock { state in
            if state.accepted > 0 { state.waitersForIdle.append(promise) }
            return state.accepted == 0
        }
        if isIdle { promise.succeed() }
        return promise.futureResult
    }

    /// Work that has not been finished.
    var unfinished: Int { state.withLock { $0.accepted } }

    /// Ends the threads; call it when no work is left, it waits for what there is.
    func shutDown() async {
        // It fails only for a pool that cannot be shut down.
        try? await pool.shutdownGracefully()
    }
}
