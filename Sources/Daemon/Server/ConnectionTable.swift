/// The connections of a server, whose they are, and which of them only wait for their clients.
///
/// A connection stalls while its client owes the server something: the rest of a request, or room for the answer. One that
/// is being answered does not, and one that is kept open between two requests does not either.
package struct ConnectionTable {
    private struct Entry {
        var client = ClientAddress.unknown
        /// Orders the connections by when they began to stall; nil while it does not.
        var stalledSince: UInt64?
    }

    private var entries: [ObjectIdentifier: Entry] = [:]
    private var clock: UInt64 = 0

    package init() {}

    package var count: Int { entries.count }

    package var hasStalled: Bool { entries.values.contains { $0.stalledSince != nil } }

    /// Adds a connection, which stalls until its first request is there.
    package mutating func add(_ connection: ObjectIdentifier) {
        entries[connection] = Entry()
        setStalled(connection, true)
    }

    package mutating func remove(_ connection: ObjectIdentifier) { entries[connection] = nil }

    package mutating func setClient(_ connection: ObjectIdentifier, _ client: ClientAddress) {
        entries[connection]?.client = client
    }

    /// Says whether a connection stalls from now on.
    package mutating func setStalled(_ connection: ObjectIdentifier, _ isStalled: Bool) {
        clock += 1
        entries[connection]?.stalledSince = isStalled ? clock : nil
    }

    /// The connection to give up for another one: of the clients with stalled connections, the one that has the most
    /// connections loses the one that has stalled longest.
    ///
    /// So a client takes away only what is its own, as long as it has more connections than others.
    ///
    /// - Parameter newcomer: The connection that needs the place.
    /// - Returns: nil if no other connection stalls.
    package func mostDispensable(besides newcomer: ObjectIdentifier) -> ObjectIdentifier? {
        var counts: [ClientAddress: Int] = [:]
        for entry in entries.values { counts[entry.client, default: 0] += 1 }
        var worst: (id: ObjectIdentifier, connections: Int, since: UInt64)?
        for (id, entry) in entries where id != newcomer {
            guard let since = entry.stalledSince, let connections = counts[entry.client] else {
                continue
            }
            if let worst, (worst.connections, since) >= (connections, worst.since) { continue }
            worst = (id, connections, since)
        }
        return worst?.id
    }
}
