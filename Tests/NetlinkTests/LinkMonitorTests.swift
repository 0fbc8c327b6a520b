import LinuxSystem
import Testing

@testable import Netlink

@Suite(.needsRoot) struct LinkMonitorTests {
    @Test func anInterfaceThatArrivesIsSeen() throws {
        let home = try TestNamespace()
        let away = try TestNamespace()
        try home.ip("link add a0 type veth peer name a1")
        let monitor = try LinkMonitor.inside(away.namespace)
        try home.socket.moveLink(
            index: try home.link("a0").index, named: "a0", to: away.namespace, renamedTo: "net1")
        let event = try monitor.wait(until: Deadline(after: .seconds(120))) { event in
            if case .changed(let link) = event { link.name == "net1" } else { false }
        }
        guard case .changed(let link) = event else {
            Issue.record("not an arrival: \(String(describing: event))")
            return
        }
        #expect(link.index == (try away.link("net1").index))
        #expect(link.kind == "veth")
    }

    @Test func anArrivalWakesTheWaiter() throws {
        let inside = try TestNamespace()
        let monitor = try LinkMonitor.inside(inside.namespace)
        var event: LinkEvent?
        try withThread {
            _ = try? inside.ip("link add a0 type veth peer name a1")
        } during: {
            event = try monitor.wait(until: Deadline(after: .seconds(120))) { event in
                if case .changed(let link) = event { link.name == "a0" } else { false }
            }
        }
        #expect(event != nil)
    }

    @Test func anInterfaceThatLeavesIsSeen() throws {
        let home = try TestNamespace()
        let away = try TestNamespace()
        try home.ip("link add a0 type veth peer name a1")
        let monitor = try LinkMonitor.inside(home.namespace)
        let index = try home.link("a0").index
        try home.socket.moveLink(index: index, named: "a0", to: away.namespace, renamedTo: nil)
        let event = try monitor.wait(until: Deadline(after: .seconds(120))) { event in
            if case .removed(let link) = event { link.index == index } else { false }
        }
        #expect(event != nil && event != .overrun)
    }

    @Test func leavingABridgeIsNotLeavingTheNamespace() throws {
        let inside = try TestNamespace()
        try inside.ip("link add a0 type veth peer name a1")
        try inside.ip("link add br0 type bridge")
        try inside.ip("link set a0 master br0")
        let monitor = try LinkMonitor.inside(inside.namespace)
        try inside.ip("link set a0 nomaster")
        let event = try monitor.wait(until: Deadline(after: .zero)) { event in
            if case .removed = event { true } else { false }
        }
        #expect(event == nil)
    }

    @Test func theDeadlineEndsTheWait() throws {
        let inside = try TestNamespace()
        let monitor = try LinkMonitor.inside(inside.namespace)
        let start = ContinuousClock.now
        #expect(
            try monitor.wait(until: Deadline(after: .milliseconds(50))) { _ in true } == nil)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test func lostEventsAreReportedWhateverIsWaitedFor() throws {
        let inside = try TestNamespace()
        try inside.ip("link add a0 type veth peer name a1")
        let monitor = try inside.namespace.run { try LinkMonitor(receiveBuffer: 4096) }
        let index = try inside.link("a0").index
        for mtu in 1000..<1100 {
            try inside.socket.setLink(
                index: index, named: "a0", LinkSettings(mtu: UInt32(mtu)))
        }
        #expect(
            try monitor.wait(until: Deadline(after: .zero)) { _ in false } == .overrun)
        // After it the monitor goes on.
        while try monitor.wait(until: Deadline(after: .zero), matching: { _ in true }) != nil {}
        try inside.socket.setLink(index: index, named: "a0", LinkSettings(name: "net1"))
        let event = try monitor.wait(until: Deadline(after: .seconds(120))) { event in
            if case .changed(let link) = event { link.name == "net1" } else { false }
        }
        #expect(event != nil && event != .overrun)
    }
}
