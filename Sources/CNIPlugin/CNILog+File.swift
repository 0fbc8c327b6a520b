internal import Glibc
internal import LinuxSystem

extension CNILog {
    /// The log that a configuration asks for.
    ///
    /// - Parameters:
    ///   - file: Appended to, with the time before each line; nil for standard error. Where it cannot be
    ///     written, standard error gets the line.
    ///   - writeError: Takes a text for standard error.
    package static func writing(
        to file: String?, level: Level, context: Context,
        writeError: @escaping @Sendable (String) -> Void
    ) -> CNILog {
        CNILog(level: level, context: context) { line in
            do {
                guard let file else { return writeError(line + "\n") }
                // Opened for each line: few are written, and a rotated file is followed.
                let descriptor = try Descriptor(
                    opening: file, flags: O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK,
                    permissions: 0o640)
                let time = timestamp(at: time(nil))
                try descriptor.write(Array("time=\(time) \(line)\n".utf8), subject: file)
            } catch {
                writeError(line + "\n")
            }
        }
    }
}
