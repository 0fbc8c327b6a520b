internal import ArgumentParser
package import FrontEndSupport
package import LinuxSystem
internal import Metrics
package import PCIDevices
package import SRIOV

/// The program without its process: arguments in, text and an exit status out.
package struct AdminProgram<H: Host>: Sendable {
    /// Makes the context for a state file; the second parameter takes what an operator should know although the
    /// operation goes on.
    package typealias ContextFactory =
        @Sendable (_ installation: Installation, _ warn: @escaping @Sendable (String) -> Void)
        throws ->
        Context<H>

    /// Begins to listen to events of devices; nil leaves it to the machine whose.
    package typealias DeviceFeedFactory =
        @Sendable (DeviceEventSource?) throws -> DeviceFeed

    private let environment: EnvironmentVariables
    private let isPrivileged: Bool
    private let lookups: DeviceLookups
    private let openDeviceFeed: DeviceFeedFactory
    private let screen: Screen
    private let makeTicker: @Sendable () throws -> Ticker
    private let tell: @Sendable (OperationEvent) -> Void
    private let makeContext: ContextFactory

    /// - Parameters:
    ///   - environment: That of which `Installation` reads where files lie.
    ///   - isPrivileged: Whether the caller is root.
    ///   - openDeviceFeed: Called once, by a command that listens.
    ///   - screen: Where standard output leads.
    ///   - makeTicker: Called once, by a command that goes on for some time.
    ///   - tell: Takes what was done, and how it ended, for the daemon to count.
    package init(
        environment: EnvironmentVariables, isPrivileged: Bool,
        lookups: DeviceLookups, openDeviceFeed: @escaping DeviceFeedFactory,
        screen: Screen, makeTicker: @escaping @Sendable () throws -> Ticker,
        tell: @escaping @Sendable (OperationEvent) -> Void, makeContext: @escaping ContextFactory
    ) {
        self.environment = environment
        self.isPrivileged = isPrivileged
        self.lookups = lookups
        self.openDeviceFeed = openDeviceFeed
        self.screen = screen
        self.makeTicker = makeTicker
        self.tell = tell
        self.makeContext = makeContext
    }

    /// Carries out the command that the arguments name.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - output: Writes to standard output at once; called once by most commands, and never without text.
    ///   - diagnostics: Takes errors and warnings, a line each, without a line feed.
    package func run(
        _ arguments: [String], output: (String) throws -> Void,
        diagnostics: @escaping @Sendable (String) -> Void
    ) -> CommandStatus {
        let report: @Sendable (String) -> Void = { diagnostics("vfmap: \(singleLine($0))") }
        let command: any AdminRequest
        do {
            var parsed = try VFMapCommand.parseAsRoot(arguments)
            guard let ready = parsed as? any AdminRequest else {
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
            do {
                try output(text + "\n")
                return .success
            } catch {
                report("\(error)")
                return .failure
            }
        }
        let watch = Stopwatch()
        do {
            let installation = Installation(environment, state: command.state.path)
            let sriov = try makeContext(installation, report)
            let status = try command.carryOut(
                in: AdminContext(
                    sriov: sriov, isPrivileged: isPrivileged, lookups: lookups,
                    openDeviceFeed: openDeviceFeed, screen: screen, makeTicker: makeTicker,
                    installation: installation)
            ) { text in
                do { try output(text) } catch { throw OutputError(cause: error) }
            }
            tell(command, OperationResult(status, of: command), watch)
            return status
        } catch let error as OutputError {
            report("\(error.cause)")
            return .failure
        } catch {
            report("\(command.subject): \(error)")
            let code = ManagerError.code(of: error)
            tell(command, OperationResult(code), watch)
            return CommandStatus(code)
        }
    }

    /// Has the daemon count what was done; questions are not counted.
    private func tell(_ command: any AdminRequest, _ result: OperationResult, _ watch: Stopwatch) {
        guard let name = command.name, !command.isDryRun,
            FrontEnd.cli.operations.contains(name)
        else { return }
        tell(
            OperationEvent(
                kind: FrontEnd.cli.rawValue, operation: name, result: result,
                microseconds: watch.microseconds))
    }
}

extension AdminRequest {
    /// As it is called: `attach`.
    fileprivate var name: String? { Self.configuration.commandName }
}

extension OperationResult {
    /// How a command ended that ended without an error.
    fileprivate init(_ status: CommandStatus, of command: any AdminRequest) {
        self =
            switch status {
            case .success, .nothingSelected: .success
            case .failure: command is CheckCommand ? .differs : .incomplete
            case .notFound: .notFound
            case .inUse: .inUse
            case .notPermitted: .notPermitted
            case .stateUnusable: .stateUnusable
            case .incomplete: .incomplete
            case .unsupported: .unsupported
            case .invalidNamespace: .invalidNamespace
            case .noDaemon: .unavailable
            case .usage: .invalidRequest
            }
    }
}

/// That the answer could not be written, whatever the command did.
private struct OutputError: Error {
    let cause: any Error
}

/// Errors are one line each, and quote what containers and configurations say.
private func singleLine(_ text: String) -> String {
    printable(text.split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// The parser's messages begin with a capital, ours do not.
private func decapitalized(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
}
