import Foundation
import LinuxSystem
import Testing

/// Where a VF is looked for, and whether anybody lives there: by the real kernel.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct NamespaceSearchTests {
    /// A sleeping process, which ends with this value.
    private final class Resident {
        let number: pid_t

        var path: String { "/proc/\(number)/ns/net" }

        /// - Parameter command: Takes the process into another network namespace and becomes `sleep 3600`.
        init(_ command: String...) throws {
            let own = try FileIdentity(of: "/proc/self/ns/net")
            var process = pid_t()
            var arguments = command.map { strdup($0) }
            defer { arguments.forEach { free($0) } }
            arguments.append(nil)
            try #require(posix_spawn(&process, command[0], nil, nil, arguments, environ) == 0)
            number = process
            let deadline = Deadline(after: .seconds(120))
            while try FileIdentity(of: path) == own {
                try #require(!deadline.hasPassed)
                usleep(1000)
            }
        }

        func end() {
            kill(number, SIGKILL)
            while waitpid(number, nil, 0) < 0, errno == EINTR {}
        }

        deinit { end() }

        static func inNamespaceOfItsOwn() throws -> Resident {
            try Resident("/usr/bin/unshare", "--net", "/bin/sleep", "3600")
        }
    }

    private func ip(_ arguments: String...) throws {
        var process = ChildProcess(executable: "/usr/sbin/ip", environment: [:])
        process.arguments = arguments
        try #require(try process.run(until: Deadline(after: .seconds(120))).ending == .exited(0))
    }

    /// The paths among those that are reachable that lead to the namespace behind a path.
    private func paths(to path: String) throws -> [String] {
        let wanted = try FileIdentity(of: path)
        // Processes of other tests end meanwhile.
        return try NetworkNamespace.reachablePaths().filter {
            (try? FileIdentity(of: $0)) == wanted
        }
    }

    @Test func theNamespaceOfAProcessIsListedOnce() throws {
        let resident = try Resident.inNamespaceOfItsOwn()
        #expect(try paths(to: resident.path) == [resident.path])
    }

    @Test func ourOwnNamespaceIsNotListed() throws {
        #expect(try paths(to: "/proc/self/ns/net") == [])
    }

    @Test func aNamedNamespaceIsListedByItsNameAlone() throws {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        try ip("netns", "add", name)
        defer { try? ip("netns", "del", name) }  // A leftover namespace fails no test.
        let resident = try Resident(
            "/usr/sbin/ip", "netns", "exec", name, "/bin/sleep", "3600")
        #expect(try paths(to: resident.path) == ["/run/netns/\(name)"])
    }

    @Test func aFileAmongTheNamesIsNotListed() throws {
        let name = "vfmap-\(UUID().uuidString.prefix(8))"
        try ip("netns", "add", name)  // It makes the directory too.
        try ip("netns", "del", name)
        let path = "/run/netns/\(name)"
        try Data().write(to: URL(filePath: path))
        defer { unlink(path) }
        #expect(try !NetworkNamespace.reachablePaths().contains(path))
    }

    @Test func aSandboxOfDockerIsListedByItsPath() throws {
        let resident = try Resident.inNamespaceOfItsOwn()
        let directories = ["/run/docker", "/run/docker/netns"]
        let made = directories.filter { mkdir($0, 0o755) == 0 }
        let path = "/run/docker/netns/vfmap-\(UUID().uuidString.prefix(8))"
        try #require(symlink(resident.path, path) == 0)
        defer {
            unlink(path)
            for directory in made.reversed() { rmdir(directory) }
        }
        #expect(try paths(to: resident.path) == [path])
    }

    @Test func aNamespaceIsInhabitedAsLongAsItsProcessLives() throws {
        let resident = try Resident.inNamespaceOfItsOwn()
        let namespace = try NetworkNamespace.open(resident.path)
        #expect(try NetworkNamespace.hasProcess(in: namespace.identity))
        // The same inode of another file system is another file.
        let other = NamespaceIdentity(
            device: namespace.identity.device + 1, inode: namespace.identity.inode, cookie: nil)
        #expect(try !NetworkNamespace.hasProcess(in: other))
        resident.end()
        #expect(try !NetworkNamespace.hasProcess(in: namespace.identity))
    }
}
