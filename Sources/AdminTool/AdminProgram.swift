internal import ArgumentParser
internal import LinuxSystem
package import SRIOV

/// The program without its process: arguments in, text and an exit status out.
package struct AdminProgram<H: Host>: Sendable {
    /// Makes the manager for a state file; the second parameter takes what an operator should know although the
    /// operation goes on.
    package typealias ManagerFactory =
        @Sendable (_ statePath: String, _ warn: @escaping @Sendable (String) -> Void) throws ->
        Manager<H>

    private let environment: [String: String]
    private let isPrivileged: Bool
    private let lookups: DeviceLookups
    private let makeManager: ManagerFactory

    /// - Parameters:
    ///   - environment: Of it `VFMAP_STATE` is read.
    ///   - isPrivileged: Whether the caller is root.
    package init(
        environment: [String: String], isPrivileged: Bool,
        lookups: DeviceLookups, makeManager: @escaping ManagerFactory
    ) {
        self.environment = environment
        self.isPrivileged = isPrivileged
        self.lookups = lookups
        self.makeManager = makeManager
    }

    /// Carries out the command that the arguments name.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - output: Takes the answer; called at most once.
    ///   - diagnostics: Takes errors and warnings, a line each, without a line feed.
    package func run(
        _ arguments: [String], output: (String) throws -> Void,
        diagnostics: @escaping @Sendable (String) -> Void
    ) -> CommandStatus {
        let report: @Sendable (String) -> Void = { diagnostics("vfmap: \(singleLine($0))") }
        let command: any AdminCommand
        do {
            var parsed = try VFMapCommand.parseAsRoot(arguments)
            guard let ready = parsed as? any AdminCommand else {
                // Help, or a command that has only subcommands: both answer by throwing.
                try parsed.run()
                return .success
            }
            command = ready
        } catch {
            guard VFMapCommand.exitCode(for: error).isSuccess else {
                report(decapitalized(VFMapCommand.message(for: error)))
                return .usage
            }
            let text = VFMapCommand.fullMessage(for: error).trimmingASCIISpace()
            return write(text + "\n", output, report)
        }
        do {
            let manager = try makeManager(command.state.path(in: environment), report)
            let answer = try command.execute(
                in: AdminContext(
                    manager: manager, isPrivileged: isPrivileged, lookups: lookups))
            let status = write(answer.text, output, report)
            return status == .success ? answer.status : status
        } catch {
            report("\(command.subject): \(error)")
            return CommandStatus(ManagerError.code(of: error))
        }
    }

    private func write(
        _ text: String, _ output: (String) throws -> Void, _ report: (String) -> Void
    ) -> CommandStatus {
        guard !text.isEmpty else { return .success }
        do {
            try output(text)
            return .success
        } catch {
            report("\(error)")
            return .failure
        }
    }
}

/// Errors are one line each, and quote what containers and configurations say.
private func singleLine(_ text: String) -> String {
    printable(text.split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// The parser's messages begin with a capital, ours do not.
private func decapitalized(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
}
