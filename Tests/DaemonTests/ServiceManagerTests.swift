import Daemon
import Glibc
import LinuxSystem
import NIOPosix
import Synchronization
import TestSupport
import Testing

/// What systemd hears.
@Suite struct ServiceManagerTests {
    /// A datagram socket as systemd opens one.
    private final class Ear: Sendable {
        let name: String
        private let socket: Int32

        init(_ name: String) throws {
            self.name = name
            socket = try systemCall("socket", on: name) {
                Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            }
            var address = TestClient.address(name)
            var length = socklen_t(MemoryLayout<sockaddr_un>.size)
            if name.hasPrefix("@") {
                address.sun_path.0 = 0
                length = socklen_t(2 + name.utf8.count)
            }
            let (number, size) = (socket, length)
            try systemCall("bind", on: name) {
                withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(number, $0, size)
                    }
                }
            }
            var time = timeval(tv_sec: 300, tv_usec: 0)
            setsockopt(
                socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(socket) }

        func next() throws -> String {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let number = socket
            let count = try systemCall("recv", on: name) { recv(number, &bytes, bytes.count, 0) }
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    /// What the ear has heard so far.
    private final class Heard: Sendable {
        let lines = Mutex<[String]>([])
    }

    @Test(arguments: [true, false])
    func itHearsThatTheDaemonIsReadyAliveAndStopping(isAbstract: Bool) async throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let ear = try Ear(isAbstract ? "@vfmapd-test-\(getpid())" : directory.path + "/notify")
        let ready = ReadySignal(awaiting: ["a", "b"])
        let lines = LogLines()
        let reporter = ServiceManagerReporter(
            socket: try NotifySocket(environment: ["NOTIFY_SOCKET": ear.name]),
            watchdog: .milliseconds(20), isReady: ready,
            loop: MultiThreadedEventLoopGroup.singleton.next(), log: lines.log())
        let heard = Heard()
        // All the time, as systemd does: what nobody takes fills the socket, and the reporter would wait.
        async let listening: Void = blocking {
            while heard.lines.withLock({ $0.last?.hasPrefix("STOPPING=1") }) != true {
                let next = try ear.next()
                heard.lines.withLock { $0.append(next) }
            }
        }
        try await running(reporter) {
            ready.reach("a")
            #expect(lines.all.isEmpty)
            ready.reach("b")
            try await reach { heard.lines.withLock { $0.count >= 3 } }
        }
        try await listening
        let told = heard.lines.withLock { $0 }
        #expect(told.first == "READY=1\nSTATUS=serving")
        #expect(told.dropFirst().dropLast().allSatisfy { $0 == "WATCHDOG=1" })
        #expect(told.last == "STOPPING=1\nSTATUS=finishing what has begun")
        #expect(lines.all == ["<6>info ready\n"])
    }

    @Test func aDaemonThatNeverGotReadyOnlySaysThatItStops() async throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let ear = try Ear(directory.path + "/notify")
        let reporter = ServiceManagerReporter(
            socket: try NotifySocket(environment: ["NOTIFY_SOCKET": ear.name]), watchdog: nil,
            isReady: ReadySignal(awaiting: ["a"]),
            loop: MultiThreadedEventLoopGroup.singleton.next(), log: LogLines().log())
        try await running(reporter) {}
        #expect(try ear.next() == "STOPPING=1\nSTATUS=finishing what has begun")
    }

    @Test func withoutSystemdNobodyIsTold() throws {
        let socket = try NotifySocket(environment: [:])
        #expect(socket == nil)
        let silent = try NotifySocket(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"])
        #expect {
            try silent?.send(["READY=1"])
        } throws: { error in
            "\(error)" == "notify /nonexistent/notify: no such file or directory (ENOENT)"
        }
    }

    @Test(arguments: [
        ([:], nil), (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
        (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "x"], nil),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"], nil),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"], Duration.seconds(30)),
    ])
    func theWatchdogIsThatOfTheEnvironment(environment: [String: String], interval: Duration?) {
        #expect(NotifySocket.watchdogInterval(environment: environment) == interval)
    }
}
