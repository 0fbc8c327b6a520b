internal import ArgumentParser
internal import DaemonInterface
internal import FrontEndSupport
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import Node
package import SRIOV

/// The program as this process: its arguments, its environment, its streams.
package enum DaemonProcess {
    /// Runs the daemon until it is told to stop.
    ///
    /// - Parameter host: Makes the machine; called once, when the configuration is sound.
    /// - Returns: The status to exit with.
    package static func run<H: Host>(on host: @escaping @Sendable () -> H) async -> Int32 {
        StandardStream.reserve()
        // A client or a log that is gone is an error to handle, not the end.
        signal(SIGPIPE, SIG_IGN)
        let environment = processEnvironment()
        let variables = EnvironmentVariables.other(environment)
        let arguments: DaemonArguments
        do {
            arguments = try DaemonArguments.parse(Array(CommandLine.arguments.dropFirst()))
        } catch {
            return end(parsing: error).rawValue
        }
        let installation = arguments.installation(in: variables)
        let inherited: [InheritedSocket]
        let configuration: DaemonConfiguration
        do {
            inherited = try InheritedSocket.takeAll(environment: environment)
            configuration = try DaemonConfiguration.read(
                installation.configuration, runDirectory: installation.runDirectory)
            // The daemon needs the pools of the same file, and `--check` is about all of it.
            try NodeConfiguration.checkFile(installation.configuration)
        } catch {
            say("\(error)")
            return (error is ManagerError ? DaemonExit.configuration : .failure).rawValue
        }
        if arguments.check {
            if let hint = configuration.metrics.flatMap(accessHint) {
                say("\(installation.configuration): daemon.metrics: \(hint)")
            }
            return DaemonExit.success.rawValue
        }
        let log = DaemonLog(logger(configuration, environment))
        do {
            guard try arguments.nodeIsContainer || PIDNamespace.isInitial() else {
                throw HiddenProcesses()
            }
            let warn: @Sendable (String) -> Void = { log.failure(.warning, $0) }
            let program = try DaemonProgram(
                context: installation.makeContext(
                    on: host(),
                    frontEnds: FrontEndRegistry(
                        installation, environment: variables, passOn: warn), warn: warn),
                configuration: configuration, installation: installation,
                environment: environment, log: log)
            try await program.run(inherited: inherited)
            return DaemonExit.success.rawValue
        } catch {
            log.failure(.critical, "cannot go on", ["error": "\(error)"])
            return DaemonExit.failure.rawValue
        }
    }

    /// What an administrator has to do for metrics to be seen; nil for nothing.
    private static func accessHint(_ metrics: MetricsAddress) -> String? {
        guard case .tcp(let address) = metrics, !address.isLoopback else { return nil }
        return "vfmapd.service lets in localhost alone: \(address) needs a drop-in with "
            + "IPAddressAllow= (vfmapd(8))"
    }

    private static func logger(
        _ configuration: DaemonConfiguration, _ environment: [String: String]
    ) -> Logger {
        Logger(label: "vfmapd") { _ in
            LineLogHandler(
                level: Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info,
                prefix: LineLogHandler.prefix(environment: environment),
                isJSON: configuration.logFormat == .json,
                write: { line in
                    // With standard error gone there is nowhere left to say so.
                    try? StandardStream.error.write(line)
                })
        }
    }

    /// Help and the version are asked for by throwing as well.
    private static func end(parsing error: any Error) -> DaemonExit {
        guard DaemonArguments.exitCode(for: error).isSuccess else {
            say(DaemonArguments.message(for: error))
            return .usage
        }
        do {
            try StandardStream.output.write(DaemonArguments.fullMessage(for: error) + "\n")
            return .success
        } catch {
            say("\(error)")
            return .failure
        }
    }

    /// Processes of containers, and the namespaces that they alone keep, would be taken for gone.
    private struct HiddenProcesses: Error, CustomStringConvertible {
        var description: String {
            """
            not in the host's PID namespace, so VFs in use would look unused: run it with hostPID: true (Kubernetes) \
            or --pid=host (Docker, podman), or with --node-is-container where the node itself is a container
            """
        }
    }

    private static func say(_ text: String) {
        // As above.
        try? StandardStream.error.write("vfmapd: \(text)\n")
    }
}
