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
        let event = try monitor.wait(until: Deadline(after: .seconds(10))) { event in
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
            _ = try test.namespace.socket(SocketKind(domain: 9999, type: 1))
        }
        #expect(error?.operation == "open socket in")
        #expect(error?.errno.name == "EAFNOSUPPORT")
    }

    /// The task that opens a socket is waited for, and its end is no news to anybody.
    @Test func nothingIsLeftOfTheTask() throws {
        let test = try TestNamespace()
        _ = try RouteSocket.inside(test.namespace)
        let ended = try endedTasks()
        // What others have just opened is waited for by them.
        usleep(200_000)
        #expect(try endedTasks().intersection(ended) == [])
        // Descriptors are shared with it, and none stays open but the one that was asked for.
        let before = try folderEntries("/proc/self/fd").count
        for _ in 0..<50 { _ = try RouteSocket.inside(test.namespace) }
        #expect(try folderEntries("/proc/self/fd").count < before + 25)
    }

    /// The children of this process that nobody has waited for, and whose end sends no signal: what other tests
    /// start sends SIGCHLD.
    private func endedTasks() throws -> Set<String> {
        var ended: Set<String> = []
        for thread in try folderEntries("/proc/self/task") {
            // A thread may have ended since.
            let children = try? String(
                contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)
            for child in (children ?? "").split(separator: " ") {
                let text = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
                // The state is the first field behind the name, the signal the 36th.
                let fields = (text ?? "").split(separator: ")").last?.split(separator: " ") ?? []
                if fields.count > 35, fields[0] == "Z", fields[35] == "0" {
                    ended.insert(String(child))
                }
            }
        }
        return ended
    }
}
