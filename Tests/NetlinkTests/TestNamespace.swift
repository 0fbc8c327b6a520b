import CLinuxShim
import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import Netlink

/// A network namespace of its own for one test. It has no path: the kernel drops it, and every
/// interface in it, with the last reference.
struct TestNamespace {
    let namespace: NetworkNamespace
    let socket: RouteSocket

    init() throws {
        namespace = try onDedicatedThread {
            try systemCall("unshare", on: "") { vfmap_unshare_network_namespace() }
            return try NetworkNamespace.open("/proc/thread-self/ns/net")
        }
        socket = try RouteSocket.inside(namespace)
    }

    private init(_ namespace: NetworkNamespace) throws {
        self.namespace = namespace
        socket = try RouteSocket.inside(namespace)
    }

    /// The namespace of the tests themselves, where hardware is.
    static func host() throws -> TestNamespace {
        try TestNamespace(NetworkNamespace.current())
    }

    /// Runs ip(8) inside, and returns what it prints.
    ///
    /// - Parameter lines: What it reads from its standard input.
    @discardableResult
    func ip(_ arguments: String, lines: [String] = []) throws -> String {
        try run("ip \(arguments)", lines: lines)
    }

    /// Runs a shell command inside, and returns what it prints.
    @discardableResult
    func run(_ command: String, lines: [String] = []) throws -> String {
        let input = (["<<'END'"] + lines + ["END"]).joined(separator: "\n")
        // The child of a thread starts in that thread's namespace.
        return try namespace.run {
            guard let stream = popen("\(command) 2>&1 \(input)", "r") else {
                throw CommandError(output: "\(command) did not start")
            }
            var output: [UInt8] = []
            var byte = fgetc(stream)
            while byte != EOF {
                output.append(UInt8(truncatingIfNeeded: byte))
                byte = fgetc(stream)
            }
            let text = String(decoding: output, as: UTF8.self)
            guard pclose(stream) == 0 else {
                throw CommandError(output: "\(command): \(text)")
            }
            return text
        }
    }

    /// What `ip -json` prints.
    func list(_ arguments: String) throws -> [[String: Any]] {
        let text = try ip("-json -details \(arguments)")
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return value as? [[String: Any]] ?? []
    }

    /// What `ip -json link show` prints of one interface.
    func show(_ name: String) throws -> [String: Any] {
        try #require(try list("link show dev \(name)").first)
    }

    func link(_ name: String) throws -> Link {
        try #require(try socket.link(named: KernelText(name)))
    }
}

struct CommandError: Error {
    let output: String
}

extension Trait where Self == ConditionTrait {
    static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root") }

    static var needsLab: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["VFMAP_LAB"] == "1",
            "needs the lab: run by make test in the guest")
    }
}
