import Foundation

/// A directory for files that are written some thousand times: in memory, where there is such a place.
final class MemoryDirectory: Sendable {
    let path: String

    init() throws {
        let hasMemory = FileManager.default.fileExists(atPath: "/dev/shm")
        path = (hasMemory ? "/dev/shm" : NSTemporaryDirectory()) + "/vfmap-hostile-\(UUID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What is left behind does not change what a test found.
        try? FileManager.default.removeItem(atPath: path)
    }
}
