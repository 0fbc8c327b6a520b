extension CNILog {
    /// The log that a configuration asks for.
    ///
    /// - Parameters:
    ///   - file: Appended to; nil for standard error. Where it cannot be written, standard error gets the line, and why.
    ///   - writeError: Takes a text for standard error.
    package static func writing(
        to file: CNILogFile?, level: Level, context: Context,
        writeError: @escaping @Sendable (String) -> Void
    ) -> CNILog {
        CNILog(level: level, context: context) { line in
            guard let file else { return writeError(line + "\n") }
            do {
                try file.append(line)
            } catch {
                let reason = CNILog(context: context) { writeError($0 + "\n") }
                reason.warning("logFile: \(error), using standard error")
                writeError(line + "\n")
            }
        }
    }
}
