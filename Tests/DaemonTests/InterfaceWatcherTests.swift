import CLinuxShim
import Daemon
import Glibc
import LinuxSystem
import Netlink
import Synchronization
import Testing

@Suite(.enabled(if: geteuid() == 0, "needs root")) struct InterfaceWatcherTests {
    private static func ip(_ arguments: String, in namespace: NetworkNamespace) throws {
        let status = try namespace.run { system("ip \(arguments)") }
        #expect(status == 0)
    }

    @Test func anInterfaceThatAppearsIsToldOf() async throws {
        let namespace = try onDedicatedThread {
            try systemCall("unshare", on: "") { vfmap_unshare_network_namespace() }
            return try NetworkNamespace.open("/proc/thread-self/ns/net")
        }
        try Self.ip("link add old0 type veth peer name old1", in: namespace)
        let told = Mutex<[String]>([])
        let ready = ReadySignal(awaiting: ["interfaces"])
        let watcher = try InterfaceWatcher(
            open: { (try LinkMonitor.inside(namespace), try RouteSocket.inside(namespace)) },
            isOfInterest: { "\($0.name)".hasPrefix("new") || "\($0.name)".hasPrefix("old") },
            isReady: ready, tell: { event in told.withLock { $0.append(event) } })
        try await running(watcher) {
            await ready.wait()
            try Self.ip("link add new0 type veth peer name other", in: namespace)
            try await reach { told.withLock { $0.contains("new0 appeared") } }
            // Changes of what is known already are none of its business.
            try Self.ip("link set old0 up", in: namespace)
            try Self.ip("link del new0", in: namespace)
            try Self.ip("link add new2 type veth peer name other", in: namespace)
            try await reach { told.withLock { $0.contains("new2 appeared") } }
        }
        #expect(told.withLock { $0 } == ["new0 appeared", "new2 appeared"])
    }
}
