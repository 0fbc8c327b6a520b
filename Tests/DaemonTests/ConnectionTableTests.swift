import Daemon
import NIOCore
import Testing

/// Which connection has to go when there are too many.
@Suite struct ConnectionTableTests {
    private final class Connection {
        var id: ObjectIdentifier { ObjectIdentifier(self) }
    }

    private static func address(_ text: String) throws -> ClientAddress {
        ClientAddress(try SocketAddress(ipAddress: text, port: 1))
    }

    /// A table with a connection for each address, in this order.
    private static func table(
        _ addresses: [String]
    ) throws -> (table: ConnectionTable, connections: [Connection]) {
        var table = ConnectionTable()
        let connections = addresses.map { _ in Connection() }
        for (connection, address) in zip(connections, addresses) {
            table.add(connection.id)
            table.setClient(connection.id, try Self.address(address))
        }
        return (table, connections)
    }

    @Test func theOneThatHasStalledLongestGoes() throws {
        var (table, all) = try Self.table(["10.0.0.1", "10.0.0.1", "10.0.0.1"])
        #expect(table.mostDispensable(besides: all[2].id) == all[0].id)
        // One that begins to wait again is the last.
        table.setStalled(all[0].id, false)
        table.setStalled(all[0].id, true)
        #expect(table.mostDispensable(besides: all[2].id) == all[1].id)
    }

    @Test func whatIsAnsweredOrIdleStays() throws {
        var (table, all) = try Self.table(["10.0.0.1", "10.0.0.1", "10.0.0.1"])
        table.setStalled(all[0].id, false)
        #expect(table.mostDispensable(besides: all[2].id) == all[1].id)
        table.setStalled(all[1].id, false)
        #expect(table.mostDispensable(besides: all[2].id) == nil)
        #expect(table.hasStalled)
        table.remove(all[2].id)
        #expect(!table.hasStalled)
        #expect(table.count == 2)
    }

    @Test func aClientWithManyConnectionsTakesNoneOfAnothers() throws {
        let flood = [String](repeating: "10.0.0.1", count: 30)
        let (table, all) = try Self.table(["10.0.0.9"] + flood)
        // Of whichever client the new one is, the flood makes room for it.
        #expect(table.mostDispensable(besides: all[30].id) == all[1].id)
        #expect(table.mostDispensable(besides: all[0].id) == all[1].id)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.99.0.3", true), ("10.0.0.1", "10.0.0.2", false),
        ("2001:db8::1", "2001:db8::2", true), ("2001:db8::1", "2001:db8:0:0:ffff::1", true),
        ("2001:db8::1", "2001:db8:0:1::1", false), ("10.0.0.1", "2001:db8::1", false),
    ])
    func addressesOfOneClientAreOne(first: String, second: String, areOne: Bool) throws {
        #expect(try (Self.address(first) == Self.address(second)) == areOne)
    }

    @Test func aUnixSocketHasLocalClients() throws {
        #expect(ClientAddress(try SocketAddress(unixDomainSocketPath: "/s")) == .local)
        #expect(try Self.address("127.0.0.1") == .local)
        #expect(ClientAddress(nil) == .unknown)
    }
}
