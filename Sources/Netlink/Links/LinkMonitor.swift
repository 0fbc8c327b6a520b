internal import CNetlink
package import LinuxSystem

/// A socket that hears of every change of the interfaces in its namespace (`RTNLGRP_LINK`).
///
/// Open it first, then look at the interfaces, then wait: so nothing is missed between looking and
/// waiting. It needs no privileges.
package final class LinkMonitor: Sendable {
    private let socket: NetlinkSocket

    /// Opens a monitor in the network namespace of the calling thread.
    ///
    /// - Throws: `SystemCallError` if the socket cannot be opened or cannot join the group.
    package convenience init() throws(SystemCallError) {
        try self.init(owning: RouteSocket.kind.open())
    }

    convenience init(receiveBuffer: Int32) throws(SystemCallError) {
        try self.init(
            owning: RouteSocket.kind.open(), receiveBuffer: receiveBuffer)
    }

    /// - Parameters:
    ///   - descriptor: A socket of `RouteSocket.kind`, wherever it was opened.
    ///   - receiveBuffer: Bytes of queue, beyond which news are lost.
    private init(
        owning descriptor: consuming Descriptor, receiveBuffer: Int32 = 1 << 20
    ) throws(SystemCallError) {
        socket = try NetlinkSocket(
            owning: descriptor, family: NETLINK_ROUTE, groups: [Int32(RTNLGRP_LINK.rawValue)],
            receiveBuffer: receiveBuffer)
    }

    /// Opens a monitor in another network namespace.
    ///
    /// - Throws: `SystemCallError` if the namespace cannot be entered or the socket not opened.
    package static func inside(_ namespace: NetworkNamespace) throws -> LinkMonitor {
        try LinkMonitor(owning: try namespace.socket(RouteSocket.kind))
    }

    /// For poll(2): readable when there is news. Owned by the monitor.
    package var descriptor: Int32 { socket.descriptor }

    /// Waits for an event.
    ///
    /// Every event is handed to one caller only: wait from one thread at a time.
    ///
    /// - Parameters:
    ///   - deadline: When waiting ends; one that has passed takes what is there already.
    ///   - matches: Whether the event is the one waited for; the others are dropped.
    /// - Returns: The event; `overrun` whenever it happens, without asking `matches`, because the
    ///   event waited for may be among those lost: look at the interfaces again, then go on
    ///   waiting. nil if the deadline passed first.
    /// - Throws: `SystemCallError` if receiving fails.
    package func wait(
        until deadline: Deadline, matching matches: (LinkEvent) -> Bool
    ) throws(SystemCallError) -> LinkEvent? {
        while let events = try events(by: deadline) {
            for event in events where event == .overrun || matches(event) {
                return event
            }
        }
        return nil
    }

    /// The events of the next datagram; nil if the deadline passes first.
    private func events(by deadline: Deadline) throws(SystemCallError) -> [LinkEvent]? {
        do {
            return try socket.receive(by: deadline).map(LinkEvent.events)
        } catch  where error.errno == .noBufferSpace || error.errno == .messageTooLong {
            return [.overrun]
        }
    }
}

extension LinkEvent {
    /// The events of a datagram. One that cannot be read counts as lost.
    static func events(in datagram: [UInt8]) -> [LinkEvent] {
        do {
            var events: [LinkEvent] = []
            var rest = datagram[...]
            repeat {
                let message = try NetlinkReply.removeFirst(from: &rest)
                if let event = try LinkEvent(message) { events.append(event) }
            } while !rest.isEmpty
            return events
        } catch {
            return [.overrun]
        }
    }

    /// - Returns: nil for news of something else. Bridges report their ports in the same messages,
    ///   as the family AF_BRIDGE: a port that leaves its bridge is no interface that has gone.
    private init?(_ reply: NetlinkReply) throws(MalformedReply) {
        switch reply.type {
        case Int(RTM_NEWLINK):
            guard try reply.field(at: 0, as: UInt8.self) == 0 else { return nil }
            self = .changed(try Link(reply))
        case Int(RTM_DELLINK):
            guard try reply.field(at: 0, as: UInt8.self) == 0 else { return nil }
            self = .removed(try Link(reply))
        default:
            return nil
        }
    }
}
