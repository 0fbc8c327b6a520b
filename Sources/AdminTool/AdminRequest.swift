internal import ArgumentParser
internal import SRIOV

/// A command with its arguments read, ready to be carried out, which says what it has to say as it goes.
///
/// It is carried out by `carryOut`, which is handed what the parser cannot know, and not by the parser's
/// own `run()`; so a test can carry it out on a simulated machine.
protocol AdminRequest: ParsableCommand {
    var state: StateOptions { get }

    /// What is being done to what, for errors: `attach 0000:03:10.2`.
    var subject: String { get }

    /// Whether it only says what it would do.
    var isDryRun: Bool { get }

    /// - Parameter emit: Writes text to standard output at once, with a line feed at its end; what it throws is
    ///   passed on.
    /// - Throws: `ManagerError`, or what lies beneath.
    func carryOut<H: Host>(
        in context: AdminContext<H>, emit: (String) throws -> Void
    ) throws -> CommandStatus
}

extension AdminRequest {
    var isDryRun: Bool { false }
}
