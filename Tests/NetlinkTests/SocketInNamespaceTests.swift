import Foundation
import Glibc
import LinuxSystem
import Netlink
import Testing

/// Sockets in other namespaces, which are opened without anybody of ours going there.
@Suite(.needsRoot) struct SocketInNamespaceTests {
    @Test func eachIsInItsNamespaceWhoeverOpensThemAtOnce() throws {
        let own = try #require(try RouteSocket().namespaceCookie)
        let namespaces = try (0..<4).map { _ in try TestNamespace().namespace }
        let cookies = try namespaces.map { try RouteSocket.inside($0).namespaceCookie }
        #expect(Set(cookies).count == 4)
        #expect(!cookies.contains(own))
        #expect(cookies == namespaces.map(\.identity.cookie))
        DispatchQueue.concurrentPerform(iterations: 400) { index in
            let number = index % namespaces.count
            #expect(throws: Never.self) {
                let socket = try RouteSocket.inside(namespaces[number])
                #expect(socket.namespaceCookie == cookies[number])
                // Whoever opened it is still at home.
                #expect(try RouteSocket().namespaceCookie == own)
            }
        }
    }

    @Test func theyDoWhatAnySocketDoes() throws {
        let test = try TestNamespace()
        try test.ip("link add v0 type veth peer name v1")
        #expect(try test.socket.link(named: "v0")?.name == "v0")
        let monitor = try LinkMonitor.inside(test.namespace)
        try test.ip("link set v0 up")
        let event = try monitor.wait(until: Deadline(after: .seconds(120))) { event in
            guard case .changed(let link) = event else { return false }
            return link.name == "v0"
        }
        #expect(event != nil)
        let index = try test.link("v0").index
        try PacketSocket.inside(test.namespace).send(
            [UInt8](repeating: 0, count: 60), throughLink: index, named: "v0")
        #expect(throws: SystemCallError.self) {
            try PacketSocket().send(
                [UInt8](repeating: 0, count: 60), throughLink: 1 << 30, named: "none")
        }
    }

    @Test func whatTheKernelRefusesInsideIsTold() throws {
        let test = try TestNamespace()
        let error = #expect(throws: SystemCallError.self) {
            _ = try test.namespace.socket(SocketKind("odd socket", domain: 9999, type: 1))
        }
        #expect(error?.operation == "open odd socket in")
        #expect(error?.errno.name == "EAFNOSUPPORT")
    }

    @Test func nothingIsLeftOfTheThread() throws {
        let test = try TestNamespace()
        _ = try RouteSocket.inside(test.namespace)
        // Descriptors are shared with it, and none stays open but the one that was asked for. Other tests open some.
        let before = try directoryNames("/proc/self/fd").count
        let threads = try directoryNames("/proc/self/task").count
        for _ in 0..<2000 { _ = try RouteSocket.inside(test.namespace) }
        #expect(try directoryNames("/proc/self/fd").count < before + 1000)
        #expect(try directoryNames("/proc/self/task").count < threads + 1000)
    }

    /// Who looks whether anybody lives in a namespace must not find those who look into it.
    @Test func nobodyIsSeenToLiveInTheNamespace() throws {
        let namespace = try TestNamespace().namespace
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            #expect(throws: Never.self) {
                if part == 0 {
                    for _ in 0..<4000 { _ = try namespace.socket(RouteSocket.kind) }
                } else {
                    for _ in 0..<200 {
                        #expect(try !NetworkNamespace.hasProcess(in: namespace.identity))
                    }
                }
            }
        }
    }
}
