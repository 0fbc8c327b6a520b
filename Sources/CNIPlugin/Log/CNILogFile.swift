internal import FrontEndSupport
internal import Glibc
package import JSON
internal import LinuxSystem
internal import SRIOV

/// The file of `logFile`, which the administrator of the node must allow: who writes a network's configuration is not
/// trusted with the files of the host.
package struct CNILogFile: Hashable, Sendable {
    private let path: ConfinedPath

    /// - Parameters:
    ///   - path: What the network's configuration says.
    ///   - directory: Where log files may be.
    /// - Throws: `JSONKeyError` for a path that leads elsewhere.
    package init(_ path: String, below directory: String) throws(JSONKeyError) {
        guard let path = ConfinedPath(path, below: directory) else {
            throw JSONKeyError(
                "logFile", "\"\(path)\" is not the path of a file below \(directory)")
        }
        self.path = path
    }

    /// Appends a line, with the time before it. The file is made where it is missing, and the default directory; no other is.
    ///
    /// - Throws: `SystemCallError` or `ConfinedPathError`; nothing is written then, unless the disk is full.
    func append(_ line: String) throws {
        if path.directory == CNIConfiguration.defaultLogDirectory {
            // Whatever it fails for, opening the file tells.
            mkdir(path.directory, 0o750)
        }
        // Opened for each line: few are written, and a rotated file is followed.
        let file = try path.openForAppending(permissions: 0o640)
        let time = timestamp(at: time(nil))
        try file.write(Array("time=\(time) \(line)\n".utf8), subject: path.description)
    }
}
