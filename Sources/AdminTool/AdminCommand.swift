internal import ArgumentParser
internal import SRIOV

/// A command with its arguments read, ready to be carried out.
///
/// It is carried out by `execute`, which is handed what the parser cannot know, and not by the parser's
/// own `run()`; so a test can carry it out on a simulated machine.
protocol AdminCommand: ParsableCommand {
    var state: StateOptions { get }

    /// What is being done to what, for errors: `attach 0000:03:10.2`.
    var subject: String { get }

    /// - Throws: `ManagerError`, or what lies beneath.
    func execute<H: Host>(in context: AdminContext<H>) throws -> CommandAnswer
}
