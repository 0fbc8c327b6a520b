internal import NIOCore
internal import Synchronization

/// The connections of a server, and the memory that their requests take.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var table = ConnectionTable()
        var bytes = 0
        var waitersForEmpty: [EventLoopPromise<Void>] = []
        var waiterForPlace: (@Sendable () -> Void)?
    }

    private let limits: ServerLimits
    private let state = Mutex(State())

    init(limits: ServerLimits) {
        self.limits = limits
    }

    var connections: [any Channel] { state.withLock { Array($0.channels.values) } }

    func add(_ connection: any Channel) {
        state.withLock { state in
            state.channels[ObjectIdentifier(connection)] = connection
            state.table.add(ObjectIdentifier(connection))
        }
    }

    /// Says whose a connection is, once that is known.
    ///
    /// - Returns: The connection to close for it; nil while there is room.
    func admit(_ connection: any Channel, from client: ClientAddress) -> (any Channel)? {
        let id = ObjectIdentifier(connection)
        return state.withLock { state in
            state.table.setClient(id, client)
            guard limits.closesStalled, state.table.count > limits.connections else { return nil }
            return state.table.mostDispensable(besides: id).flatMap { state.channels[$0] }
        }
    }

    func remove(_ connection: any Channel) {
        let waiters = state.withLock { state -> [EventLoopPromise<Void>] in
            state.channels[ObjectIdentifier(connection)] = nil
            state.table.remove(ObjectIdentifier(connection))
            guard state.channels.isEmpty else { return [] }
            defer { state.waitersForEmpty = [] }
            return state.waitersForEmpty
        }
        for waiter in waiters { waiter.succeed() }
        tellOfPlace()
    }

    /// Says whether a connection waits for its client from now on: for the rest of a request, or until it takes the answer.
    func setStalled(_ connection: any Channel, _ isStalled: Bool) {
        state.withLock { $0.table.setStalled(ObjectIdentifier(connection), isStalled) }
        if isStalled { tellOfPlace() }
    }

    /// Whether one more connection can be let in: there is room, or one can be closed for it.
    ///
    /// - Parameter waiter: Called once when it can, if it cannot now; from where connections are removed.
    func hasPlace(orElse waiter: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            let hasPlace = hasPlace(state)
            if !hasPlace { state.waiterForPlace = waiter }
            return hasPlace
        }
    }

    private func hasPlace(_ state: borrowing State) -> Bool {
        state.table.count < limits.connections || limits.closesStalled && state.table.hasStalled
    }

    private func tellOfPlace() {
        let waiter = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.waiterForPlace != nil, hasPlace(state) else { return nil }
            defer { state.waiterForPlace = nil }
            return state.waiterForPlace
        }
        waiter?()
    }

    /// Done when there is no connection.
    func empty(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.channels.isEmpty { state.waitersForEmpty.append(promise) }
            return state.channels.isEmpty
        }
        if isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// - Returns: false if there is no memory for so many more bytes.
    func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytes + bytes <= limits.allBodies else { return false }
            state.bytes += bytes
            return true
        }
    }

    func release(_ bytes: Int) {
        state.withLock { $0.bytes -= bytes }
    }
}
