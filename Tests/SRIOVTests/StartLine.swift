import Glibc
import LinuxSystem
import Testing

/// Where processes wait for each other: a file for each in a directory that all of them know.
struct StartLine {
    struct TooLate: Error {}

    let directory: String
    /// How many processes there are.
    let runners: Int

    /// Returns when every process is here.
    func wait(as runner: Int) throws {
        try mark("ready-\(runner)")
        let deadline = Deadline(after: .seconds(300))
        while try count("ready-") < runners {
            if deadline.hasPassed { throw TooLate() }
            usleep(1000)
        }
    }

    /// Says that a process has ended its work.
    func cross(as runner: Int) throws {
        try mark("done-\(runner)")
    }

    /// How many processes have ended their work.
    func crossed() throws -> Int { try count("done-") }

    private func mark(_ name: String) throws {
        _ = try Descriptor(opening: "\(directory)/\(name)", flags: O_WRONLY | O_CREAT)
    }

    private func count(_ prefix: String) throws -> Int {
        try directoryNames(directory).count { $0.hasPrefix(prefix) }
    }
}
