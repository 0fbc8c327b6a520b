import Daemon
import Foundation
import LinuxSystem
import Testing

/// The threads of services.
@Suite struct ServiceThreadTests {
    private struct Broken: Error {}

    /// Threads with the name that the first one of a pool has.
    private static func threads() throws -> Int {
        // A thread that ends while we look has no name any more.
        try directoryNames("/proc/self/task").count {
            (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8))
                == "TP-#0\n"
        }
    }

    @Test func aServiceThatFailsLeavesNoThreadBehind() async throws {
        let before = try Self.threads()
        let count = 200
        for _ in 0..<count {
            let watcher = try InterfaceWatcher(open: { throw Broken() }, tell: { _ in })
            await #expect(throws: Broken.self) { try await watcher.run() }
        }
        // Other tests have some of their own meanwhile.
        try await reach { ((try? Self.threads()) ?? .max) < before + count / 2 }
    }
}
