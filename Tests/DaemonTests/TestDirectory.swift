import Foundation

/// A directory that goes with its last user.
final class TestDirectory: Sendable {
    let path: String

    init() throws {
        // Short: the path of a socket has 107 bytes.
        path = "/tmp/vfmapd-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // A leftover in /tmp fails no test.
    }
}
