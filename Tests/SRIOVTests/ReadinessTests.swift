import Foundation
import LinuxSystem
import SRIOV
import Testing

/// Whether records could be written, without writing any.
@Suite struct ReadinessTests {
    private func store(_ path: String) -> AttachmentStore {
        AttachmentStore(path: path, boot: BootIdentity(rawValue: "b"))
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // A leftover fails no test.
        try body(directory.path)
    }

    @Test(arguments: ["/state.db", "/not/there/yet/state.db"])
    func aFileThatCouldBeMadeIsNotMade(name: String) throws {
        try withDirectory { directory in
            try store(directory + name).verifyWritable()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test func theDirectoryThatIsInTheWayIsNamed() throws {
        try withDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/file"))
            let error = #expect(throws: SystemCallError.self) {
                try store(directory + "/file/state.db").verifyWritable()
            }
            #expect(error?.description == "write to \(directory)/file: not a directory (ENOTDIR)")
        }
    }

    /// As `VFMAP_STATE=state.db` has it.
    @Test func aFileNamedWithoutItsDirectoryIsMadeWhereWeAre() throws {
        try store("vfmap-\(UUID()).db").verifyWritable()
    }

    @Test func aFileInThePlaceOfTheNotesIsNamed() throws {
        try withDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/state.db-work"))
            let error = #expect(throws: SystemCallError.self) {
                try store(directory + "/state.db").verifyWritable()
            }
            #expect(
                error?.description
                    == "write to \(directory)/state.db-work: not a directory (ENOTDIR)")
        }
    }

    @Test func theLocksDirectoryNeedNotBeThere() throws {
        try withDirectory { directory in
            try LockDirectory(path: directory + "/run/locks").verifyUsable()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
            try Data().write(to: URL(filePath: directory + "/file"))
            let error = #expect(throws: ManagerError.self) {
                try LockDirectory(path: directory + "/file/locks").verifyUsable()
            }
            #expect(
                error?.description
                    == "directory of locks: write to \(directory)/file: not a directory (ENOTDIR)")
        }
    }
}
