import Foundation
import LinuxSystem
import Testing

@Suite struct ConfinedPathTests {
    private let tree = TemporaryTree()

    /// A path below the trusted directory.
    private func path(_ rest: String) throws -> ConfinedPath {
        try #require(ConfinedPath("\(tree.root)/trusted/\(rest)", below: "\(tree.root)/trusted"))
    }

    @Test(arguments: [
        "/a/b", "/a/b/", "/a/b/.", "/a/bc", "/a/bc/d", "/a", "/", "", "x", "a/b/c", "/a/b/../b/c",
        "/a/b/..", "/a/b/c/../d", "/a/b/c/", "/a/b/c\u{0}", "/x/b/c", "/a/b/c/..",
    ])
    func whatLeadsElsewhereIsNone(path: String) {
        #expect(ConfinedPath(path, below: "/a/b") == nil)
    }

    @Test(arguments: [
        ("/a/b/c", "/a/b/c"), ("//a/./b//c/d", "/a/b/c/d"), ("/a/b/...", "/a/b/..."),
        ("/a/b/..c", "/a/b/..c"),
    ])
    func whatLeadsBelowIsOne(path: String, description: String) throws {
        #expect(try #require(ConfinedPath(path, below: "/a/b")).description == description)
    }

    @Test func aFileIsMadeAndAppendedTo() throws {
        for text in ["one\n", "two\n"] {
            try path("log").openForAppending(permissions: 0o640).write(
                Array(text.utf8), subject: "")
        }
        #expect(tree.contents("trusted/log") == "one\ntwo\n")
        #expect(tree.mode("trusted/log") == 0o640)
    }

    @Test func directoriesAreMadeOnlyToReplaceAFile() throws {
        #expect(throws: SystemCallError.self) {
            _ = try path("a/b/log").openForAppending(permissions: 0o640)
        }
        #expect(tree.entries("trusted") == [])
        try path("a/b/file").replace(with: Array("text".utf8))
        #expect(tree.contents("trusted/a/b/file") == "text")
        #expect(tree.entries("trusted/a/b") == ["file"])
    }

    @Test func linksInTheTrustedDirectorysOwnPathAreFollowed() throws {
        try tree.link("alias", to: "trusted")
        let path = try #require(
            ConfinedPath("\(tree.root)/alias/file", below: "\(tree.root)/alias"))
        try path.replace(with: [0x31])
        #expect(tree.contents("trusted/file") == "1")
    }

    @Test(arguments: ["link", "link/secret", "directory/up/outside/secret"])
    func noLinkIsFollowedBehindIt(rest: String) throws {
        try tree.link("trusted/link", to: rest == "link" ? "outside/secret" : "outside")
        try tree.makeDirectory("trusted/directory")
        try tree.link("trusted/directory/up", to: ".")
        let path = try path(rest)
        #expect(throws: SystemCallError.self) { _ = try path.open(flags: O_RDONLY) }
        #expect(throws: SystemCallError.self) {
            _ = try path.openForAppending(permissions: 0o640)
        }
        if rest == "link" {
            // The link itself is what is replaced and removed.
            try path.replace(with: [0x31])
            try path.remove()
        } else {
            #expect(throws: SystemCallError.self) { try path.replace(with: [0x31]) }
            #expect(throws: SystemCallError.self) { try path.remove() }
        }
        #expect(tree.contents("outside/secret") == "secret")
        #expect(tree.entries("outside") == ["secret"])
    }

    @Test func anotherNameOfAFileOutsideIsNotWrittenTo() throws {
        try tree.hardLink("trusted/file", to: "outside/secret")
        let path = try path("file")
        #expect(throws: ConfinedPathError.hasOtherNames(path.description)) {
            _ = try path.openForAppending(permissions: 0o640)
        }
        try path.replace(with: [0x31])
        #expect(tree.contents("outside/secret") == "secret")
        #expect(tree.contents("trusted/file") == "1")
    }

    @Test func whatIsNoRegularFileIsNeitherWaitedForNorUsed() throws {
        try systemCall("make FIFO", on: "") { mkfifo("\(tree.root)/trusted/fifo", 0o600) }
        try tree.makeDirectory("trusted/directory")
        try tree.link("trusted/null", to: "/dev/null", absolute: true)
        for name in ["fifo", "directory"] {
            let path = try path(name)
            #expect(throws: ConfinedPathError.notRegular(path.description)) {
                _ = try path.open(flags: O_RDONLY)
            }
            #expect(throws: SystemCallError.self) {
                _ = try path.openForAppending(permissions: 0o640)
            }
        }
        // Open for reading too, it could be written to.
        let reader = try Descriptor(
            opening: "\(tree.root)/trusted/fifo", flags: O_RDONLY | O_NONBLOCK)
        let path = try path("fifo")
        #expect(throws: ConfinedPathError.notRegular(path.description)) {
            _ = try path.openForAppending(permissions: 0o640)
        }
        withExtendedLifetime(reader) {}
    }

    @Test func aFailedReplacementLeavesNoDraft() throws {
        try tree.makeDirectory("trusted/directory")
        #expect(throws: SystemCallError.self) { try path("directory").replace(with: [0x31]) }
        #expect(tree.entries("trusted") == ["directory"])
    }
}

/// A temporary directory with `trusted`, which is empty, and `outside` with a file `secret`.
private final class TemporaryTree {
    let root = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())").path

    init() {
        let files = FileManager.default
        for name in ["trusted", "outside"] {
            // Without them the tests fail by themselves.
            try? files.createDirectory(
                atPath: "\(root)/\(name)", withIntermediateDirectories: true)
        }
        _ = files.createFile(atPath: root + "/outside/secret", contents: Data("secret".utf8))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)  // A leftover fails no test.
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(root)/\(name)", withIntermediateDirectories: false)
    }

    func link(_ name: String, to target: String, absolute: Bool = false) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/\(name)",
            withDestinationPath: absolute ? target : "\(root)/\(target)")
    }

    func hardLink(_ name: String, to target: String) throws {
        try FileManager.default.linkItem(
            atPath: "\(root)/\(target)", toPath: "\(root)/\(name)")
    }

    func contents(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(root)/\(name)").map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func entries(_ name: String) -> [String] {
        // A directory that is not there has no entries.
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(name)")) ?? []).sorted()
    }

    func mode(_ name: String) -> Int? {
        // nil fails the comparison.
        (try? FileManager.default.attributesOfItem(atPath: "\(root)/\(name)"))?[.posixPermissions]
            as? Int
    }
}
