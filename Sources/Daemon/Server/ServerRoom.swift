internal import NIOCore
internal import Synchronization

/// The connections of a server, and the memory that their requests take.
final class ServerRoom: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: any Channel] = [:]
        var bytes = 0
        var waitersForEmpty: [EventLoopPromise<Void>] = []
    }

    private let byteLimit: Int
    private let state = Mutex(State())

    /// - Parameter byteLimit: The most bytes of bodies in memory.
    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    var connectionCount: Int { state.withLock { $0.connections.count } }

    var connections: [any Channel] { state.withLock { Array($0.connections.values) } }

    func add(_ connection: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
    }

    func remove(_ connection: any Channel) {
        let waiters = state.withLock { state -> [EventLoopPromise<Void>] in
            state.connections[ObjectIdentifier(connection)] = nil
            guard state.connections.isEmpty else { return [] }
            defer { state.waitersForEmpty = [] }
            return state.waitersForEmpty
        }
        for waiter in waiters { waiter.succeed() }
    }

    /// Done when there is no connection.
    func empty(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.connections.isEmpty { state.waitersForEmpty.append(promise) }
            return state.connections.isEmpty
        }
        if isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// - Returns: false if there is no memory for so many more bytes.
    func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytes + bytes <= byteLimit else { return false }
            state.bytes += bytes
            return true
        }
    }

    func release(_ bytes: Int) {
        state.withLock { $0.bytes -= bytes }
    }
}
