import Foundation
import LinuxSystem
import SRIOV
import Testing

/// Whether records could be written, without writing any.
@Suite struct ReadinessTests {
    private func store(_ path: String) -> AttachmentStore {
        AttachmentStore(path: path, boot: BootIdentity(rawValue: "b"))
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover fails no test.
        try body(folder.path)
    }

    @Test(arguments: ["/state.db", "/not/there/yet/state.db"])
    func aFileThatCouldBeMadeIsNotMade(name: String) throws {
        try withFolder { folder in
            try store(folder + name).verifyWritable()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func theFolderThatIsInTheWayIsNamed() throws {
        try withFolder { folder in
            try Data().write(to: URL(filePath: folder + "/file"))
            let error = #expect(throws: SystemCallError.self) {
                try store(folder + "/file/state.db").verifyWritable()
            }
            #expect(error?.description == "write to \(folder)/file: not a directory (ENOTDIR)")
        }
    }

    /// As `VFMAP_STATE=state.db` has it.
    @Test func aFileNamedWithoutItsFolderIsMadeWhereWeAre() throws {
        try store("vfmap-\(UUID()).db").verifyWritable()
    }

    @Test func aFileInThePlaceOfTheNotesIsNamed() throws {
        try withFolder { folder in
            try Data().write(to: URL(filePath: folder + "/state.db-work"))
            let error = #expect(throws: SystemCallError.self) {
                try store(folder + "/state.db").verifyWritable()
            }
            #expect(
                error?.description
                    == "write to \(folder)/state.db-work: not a directory (ENOTDIR)")
        }
    }

    @Test func theLocksFolderNeedNotBeThere() throws {
        try withFolder { folder in
            try LockFolder(path: folder + "/run/locks").verifyUsable()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
            try Data().write(to: URL(filePath: folder + "/file"))
            let error = #expect(throws: ManagerError.self) {
                try LockFolder(path: folder + "/file/locks").verifyUsable()
            }
            #expect(
                error?.description
                    == "folder of locks: write to \(folder)/file: not a directory (ENOTDIR)")
        }
    }
}
