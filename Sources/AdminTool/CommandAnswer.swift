/// What a command has to say once it has done its work.
struct CommandAnswer: Hashable, Sendable {
    /// For standard output, with a line feed at its end; empty for nothing.
    let text: String
    let status: CommandStatus

    init(_ text: String, _ status: CommandStatus = .success) {
        self.text = text
        self.status = status
    }
}
