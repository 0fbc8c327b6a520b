import Daemon
import Foundation
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Making, replacing and inheriting sockets.
@Suite struct SocketTests {
    private static func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    @Test func onlyItsOwnerMayConnectAndDirectoriesAreMade() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/a/b/s.sock"
        let listener = try UnixListener.make(at: path)
        #expect(Self.status(path).st_mode == S_IFSOCK | 0o600)
        #expect(Self.status(directory.path + "/a/b").st_mode == S_IFDIR | 0o755)
        #expect(listener.path == path)
        listener.file?.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aSocketThatNobodyListensOnIsReplaced() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/s.sock"
        do {
            _ = try UnixListener.make(at: path)
        }
        let before = Self.status(path)
        #expect(before.st_mode & S_IFMT == S_IFSOCK)
        let listener = try UnixListener.make(at: path)
        _ = try TestClient(path)
        #expect(listener.path == path)
    }

    @Test func aSocketThatSomebodyListensOnIsRefused() throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/s.sock"
        let first = try UnixListener.make(at: path)
        #expect {
            _ = try UnixListener.make(at: path).path
        } throws: { error in
            "\(error)" == "socket \(path): another process listens on it"
        }
        _ = try TestClient(path)
        #expect(first.path == path)
    }

    @Test(arguments: ["file", "directory", "link"])
    func whatIsNoSocketIsRefusedAndStays(kind: String) throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/s.sock"
        switch kind {
        case "file": try Data("text".utf8).write(to: URL(filePath: path))
        case "directory":
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        default:
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: directory.path + "/other")
        }
        let before = Self.status(path)
        #expect {
            _ = try UnixListener.make(at: path).path
        } throws: { error in
            "\(error)" == "socket \(path): there is something that is not a socket"
        }
        #expect(Self.status(path).st_ino == before.st_ino)
    }

    @Test func aPathThatIsTooLongIsRefused() throws {
        let path = "/tmp/" + String(repeating: "a", count: 103)
        #expect {
            _ = try UnixListener.make(at: path).path
        } throws: { error in
            "\(error)" == "use socket path \(path): file name too long (ENAMETOOLONG)"
        }
    }

    // MARK: Inherited

    /// Puts descriptors one after the other, as systemd would, and takes them over.
    ///
    /// Others open and close theirs meanwhile: none of those is in the way, nor overwritten.
    ///
    /// - Returns: The sockets, and the number of the first.
    private static func inherit(
        _ numbers: [Int32], names: String?, process: Int32 = getpid()
    ) throws -> ([InheritedSocket], first: Int32) {
        var copies: [Int32] = []
        var least: Int32 = 500
        while copies.count < numbers.count {
            let place = copies.last.map { $0 + 1 } ?? least
            let copy = fcntl(numbers[copies.count], F_DUPFD, place)
            try #require(copy >= 0)
            copies.append(copy)
            if copies.count > 1, copy != place {
                for copy in copies { close(copy) }
                copies = []
                least = place + 1
            }
        }
        let first = copies[0]
        var environment = ["LISTEN_PID": "\(process)", "LISTEN_FDS": "\(numbers.count)"]
        environment["LISTEN_FDNAMES"] = names
        return (try InheritedSocket.takeAll(environment: environment, first: first), first)
    }

    @Test func socketsOfSystemdAreServedAndStay() async throws {
        let directory = try TemporaryDirectory(isInMemory: false)
        let path = directory.path + "/inherited.sock"
        let original = try UnixListener.make(at: path).release()
        defer { close(original) }
        let (sockets, first) = try Self.inherit([original, original], names: "docker:status")
        #expect(sockets.map(\.name) == ["docker", "status"])
        #expect(fcntl(first, F_GETFD) == FD_CLOEXEC)
        #expect(fcntl(first + 1, F_GETFD) == FD_CLOEXEC)
        try await ServerFixture.with(listener: { _ in
            let listener = try sockets[0].listener()
            #expect(listener.path == path)
            return listener
        }) { server in
            let answer = try await blocking {
                try TestClient.ask(
                    path, "POST /a HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")
            }
            #expect(answer.hasSuffix("POST /a "))
        }
        #expect(Self.status(path).st_mode & S_IFMT == S_IFSOCK)
        // Whoever has it now finds the clients waiting.
        _ = try TestClient(path)
    }

    @Test func socketsForAnotherProcessAreLeftAlone() throws {
        #expect(try InheritedSocket.takeAll(environment: [:]).isEmpty)
        #expect(try InheritedSocket.takeAll(environment: ["LISTEN_FDS": "1"]).isEmpty)
        #expect(
            try InheritedSocket.takeAll(environment: ["LISTEN_FDS": "1", "LISTEN_PID": "1"])
                .isEmpty)
    }

    @Test func whatIsNoListeningSocketIsRefused() throws {
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        let (sockets, _) = try Self.inherit([file], names: nil)
        #expect(sockets.map(\.name) == [""])
        #expect(throws: SystemCallError.self) { _ = try sockets[0].listener().path }
    }

    @Test func aDescriptorThatIsNotOpenIsRefused() throws {
        #expect {
            _ = try InheritedSocket.takeAll(
                environment: ["LISTEN_FDS": "1", "LISTEN_PID": "\(getpid())"],
                first: 1_000_000_000)
        } throws: { error in
            "\(error)" == "look at inherited descriptor 1000000000: bad file descriptor (EBADF)"
        }
    }
}
