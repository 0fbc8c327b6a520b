import Daemon
import Foundation
import FrontEndSupport
import LinuxSystem
import Metrics
import SRIOV
import TestSupport
import Testing

/// Reports of operations over a real socket.
@Suite struct OperationListenerTests {
    private static func samples(_ counter: OperationCounter) -> Set<String> {
        var text = MetricsText()
        counter.write(to: &text)
        return Set(
            String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    private static func listening(
        _ body: (String, OperationCounter) async throws -> Void
    ) async throws -> String {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = OperationEvent.socketPath(runDirectory: directory.path)
        let counter = OperationCounter()
        let listener = try OperationListener(
            receiver: DatagramReceiver(at: path), operations: counter)
        try await running(listener) { try await body(directory.path, counter) }
        #expect(!FileManager.default.fileExists(atPath: path))
        return path
    }

    @Test func whatIsToldIsCounted() async throws {
        _ = try await Self.listening { directory, counter in
            let mode = try FileManager.default.attributesOfItem(
                atPath: directory + "/events.sock")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            for result in [OperationResult.success, .inUse, .success] {
                OperationEvent(kind: "cni", operation: "DEL", result: result, microseconds: 900)
                    .tell(runDirectory: directory)
            }
            try await reach {
                Self.samples(counter).isSuperset(of: [
                    #"vfmap_operations_total{kind="cni",operation="DEL",result="success"} 2"#,
                    #"vfmap_operations_total{kind="cni",operation="DEL",result="inUse"} 1"#,
                ])
            }
        }
    }

    @Test func whatIsNoReportIsOnlyCounted() async throws {
        _ = try await Self.listening { directory, counter in
            let path = directory + "/events.sock"
            try UnixDatagram.send([], to: path)
            try UnixDatagram.send([UInt8](repeating: 0x5b, count: 65536), to: path)
            try UnixDatagram.send(Array("{}".utf8), to: path)
            try await reach { Self.samples(counter).contains("vfmap_events_rejected_total 3") }
        }
    }

    @Test func nobodyWaitsForAListener() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/events.sock"
        let event = OperationEvent(
            kind: "cni", operation: "ADD", result: .success, microseconds: 1)
        // Nobody there, no directory, a path that is too long, something else in its place.
        event.tell(runDirectory: directory.path)
        event.tell(runDirectory: directory.path + "/none")
        event.tell(runDirectory: directory.path + String(repeating: "a", count: 200))
        try Data().write(to: URL(filePath: path))
        event.tell(runDirectory: directory.path)
        try FileManager.default.removeItem(atPath: path)
        // One that does not read: what does not fit into its queue is lost at once.
        let receiver = try DatagramReceiver(at: path)
        let watch = Stopwatch()
        for _ in 0..<10000 { event.tell(runDirectory: directory.path) }
        // Whoever waited for a reader would wait for ever.
        #expect(watch.seconds < 300)
        #expect(try receiver.receive(limit: 512) == event.encoded())
    }

    @Test func aSocketThatSomebodyReceivesOnIsNotTaken() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/e.sock"
        let first = try DatagramReceiver(at: path)
        #expect(throws: UnixListenerError.inUse(path)) { try DatagramReceiver(at: path) }
        try withExtendedLifetime(first) { try UnixDatagram.send([1], to: path) }
        #expect(try first.receive(limit: 8) == [1])
        #expect(try first.receive(limit: 8) == nil)
    }

    @Test func aSocketThatIsLeftOverIsReplaced() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/e.sock"
        do { _ = try DatagramReceiver(at: path) }
        let second = try DatagramReceiver(at: path)
        try UnixDatagram.send([2, 3], to: path)
        #expect(try second.receive(limit: 1) == [2, 3])
        try Data().write(to: URL(filePath: directory.path + "/f"))
        #expect(throws: UnixListenerError.notASocket(directory.path + "/f")) {
            try DatagramReceiver(at: directory.path + "/f")
        }
    }
}
