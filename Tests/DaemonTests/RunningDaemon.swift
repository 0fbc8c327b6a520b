import Daemon
import DaemonInterface
import Foundation
import Glibc
import LinuxSystem
import TestSupport

/// The daemon as a process of its own, with every socket that it has, in a directory of its own.
final class RunningDaemon: Sendable {
    /// The program as the tests' build made it.
    static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/debug/vfmapd").path

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// What a program that runs the daemon adds to its arguments: tests may run in a container.
    static let arguments =
        (try? PIDNamespace.isInitial()) == false ? ["--node-is-container"] : []

    /// What the process takes, as the kernel counts it.
    struct Usage {
        /// Bytes of memory in use, and the most that were.
        let resident: Int
        let mostResident: Int
        let descriptors: Int
    }

    let directory: TemporaryDirectory
    let metrics: TCPAddress
    let pid: Int32
    private let process: Process

    var dockerSocket: String { directory.path + "/docker.sock" }
    var runDirectory: String { directory.path + "/run" }
    var statusSocket: String { runDirectory + "/vfmapd.sock" }

    init() throws {
        directory = try TemporaryDirectory(isInMemory: false)
        // Free a moment ago; the daemon's configuration takes no port 0.
        guard let any = TCPAddress("127.0.0.1:0") else { throw NeverReached() }
        metrics = try TCPListener.make(at: any).address
        let configuration = """
            {"daemon": {"dockerSocket": "\(directory.path)/docker.sock", "metrics": "\(metrics)"}}
            """
        try Data(configuration.utf8).write(to: URL(filePath: directory.path + "/c.json"))
        process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = ["--config", directory.path + "/c.json"] + Self.arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "VFMAP_RUN": directory.path + "/run",
            "VFMAP_STATE": directory.path + "/state.db",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        // Metrics are served before the status is.
        let status = DaemonClient(path: directory.path + "/run/vfmapd.sock")
        let deadline = Deadline(after: .seconds(60))
        while (try? status.report().sockets.metrics) != "\(metrics)" {
            guard process.isRunning, !deadline.hasPassed else {
                process.terminate()
                throw NeverReached()
            }
            moment()
        }
    }

    /// Tells it to stop, and waits for its end.
    ///
    /// - Returns: Its exit status; nil if a signal ended it.
    func stop() -> Int32? {
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    deinit {
        if process.isRunning { kill(pid, SIGKILL) }
    }

    func usage() throws -> Usage {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        func bytes(_ key: String) throws -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
            guard
                let number = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst()
                    .first.flatMap({ Int($0) })
            else { throw NeverReached() }
            return number * 1024
        }
        return Usage(
            resident: try bytes("VmRSS"), mostResident: try bytes("VmHWM"),
            descriptors: try directoryNames("/proc/\(pid)/fd").count)
    }
}
