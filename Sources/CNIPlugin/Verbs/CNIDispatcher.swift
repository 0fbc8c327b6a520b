package import CNI
package import FrontEndSupport
internal import JSON
package import LinuxSystem
package import SRIOV

/// The plugin from its environment and standard input to its answer and exit status.
///
/// Nothing of the process itself is touched, so a test runs it like any function.
package struct CNIDispatcher<H: Host>: Sendable {
    /// What goes to standard output, and the exit status.
    package struct Answer: Hashable, Sendable {
        /// One JSON document with the end of its line, or nothing.
        package let output: [UInt8]
        /// 0, or 1 after an error.
        package let status: Int32
        /// How what was asked for ended; nil if nothing was asked for, and for a question about versions.
        package var result: OperationResult?
    }

    /// All variables: those of the protocol, and those that `Installation` reads.
    package let environment: EnvironmentVariables
    /// Where files lie.
    package let installation: Installation
    private let readInput: @Sendable () throws -> [UInt8]
    private let makeHost: @Sendable () throws -> H
    let writeError: @Sendable (String) -> Void
    private let timeouts: Timeouts
    let ipamTimeouts: IPAMDelegate.Timeouts
    private let keep: @Sendable (AttachmentStore) -> Void

    /// - Parameters:
    ///   - environment: All variables: those of the protocol, and those that `Installation` reads.
    ///   - readInput: Reads standard input to its end; called at most once, and not for VERSION.
    ///   - makeHost: Called at most once, and only when there is work to do.
    ///   - writeError: Takes text for standard error.
    ///   - timeouts: How long verbs wait.
    ///   - keep: Takes the state file, which is let go of after the call otherwise.
    package init(
        environment: EnvironmentVariables, readInput: @escaping @Sendable () throws -> [UInt8],
        makeHost: @escaping @Sendable () throws -> H,
        writeError: @escaping @Sendable (String) -> Void, timeouts: Timeouts = Timeouts(),
        ipamTimeouts: IPAMDelegate.Timeouts = .init(),
        keep: @escaping @Sendable (AttachmentStore) -> Void = { _ in }
    ) {
        self.environment = environment
        installation = Installation(environment)
        self.readInput = readInput
        self.makeHost = makeHost
        self.writeError = writeError
        self.timeouts = timeouts
        self.ipamTimeouts = ipamTimeouts
        self.keep = keep
    }

    /// Does what CNI_COMMAND asks for.
    package func run() -> Answer {
        guard environment.nonEmpty("CNI_COMMAND") != nil else {
            let versions = CNIVersion.supported.map(\.description).joined(separator: ", ")
            writeError("CNI plugin sriov of vfmap\nCNI protocol versions supported: \(versions)\n")
            return Answer(output: [], status: 0)
        }
        var version = CNIVersion.newest
        do {
            let call = try CNIEnvironment(environment)
            if call.command == .version { return Answer(output: versions(), status: 0) }
            // Before anything is read: with the same configuration this call would lead to the next.
            guard environment[IPAMDelegate.callMarker] == nil else {
                throw CNIError(
                    .invalidConfiguration,
                    "ipam.type: the IPAM plugin calls sriov again, which has no addresses to give")
            }
            let input = CNIInput(reading: readInput)
            version = input.version ?? version
            return try perform(call, input)
        } catch {
            return report(error, version)
        }
    }

    /// The verb as it is counted: that of the specification, or `unknown`.
    package var operation: String {
        CNICommand(word: environment["CNI_COMMAND"] ?? "")?.rawValue ?? "unknown"
    }

    private func perform(_ call: CNIEnvironment, _ input: CNIInput) throws -> Answer {
        if call.command != .delete, let error = input.identityError { throw error }
        try call.validateNames()
        let output: [UInt8]
        switch call.command {
        case .add: output = try add(call, input)
        case .delete: output = try delete(call, input)
        case .check: output = try check(call, input)
        case .status: output = try status(call, input)
        case .collectGarbage: output = try collectGarbage(call, input)
        case .version: output = versions()
        }
        return Answer(output: output, status: 0, result: .success)
    }

    private func report(_ error: any Error, _ version: CNIVersion) -> Answer {
        let report = CNIError(reporting: error)
        return Answer(
            output: report.document(version: version).encoded() + [UInt8(ascii: "\n")], status: 1,
            result: OperationResult(report.code))
    }

    private func versions() -> [UInt8] {
        let supported = CNIVersion.supported.map { JSONValue.string($0.description) }
        let document = JSONValue.object([
            "cniVersion": .string(CNIVersion.newest.description),
            "supportedVersions": .array(supported),
        ])
        return document.encoded() + [UInt8(ascii: "\n")]
    }

    // MARK: What the verbs share

    /// The log that a configuration asks for, with what is odd about the configuration in it.
    func log(_ call: CNIEnvironment, _ configuration: NetworkConfiguration) -> CNILog {
        var warnings = configuration.warnings
        var file: CNILogFile?
        if let path = configuration.logFile {
            do {
                file = try logFile(path)
            } catch {
                warnings.append("\(error), using standard error")
            }
        }
        let log = CNILog.writing(
            to: file, level: configuration.logLevel,
            context: CNILog.Context(
                container: call.containerID, namespacePath: call.namespacePath,
                interfaceName: call.interfaceName),
            writeError: writeError)
        for warning in warnings { log.warning(warning) }
        return log
    }

    /// - Throws: `JSONKeyError` or `ManagerError` for a file that the administrator does not allow.
    private func logFile(_ path: String) throws -> CNILogFile {
        try CNILogFile(
            path, below: CNIConfiguration.read(installation.configuration).logDirectory)
    }

    /// The device-info file that a configuration asks for; nil for none.
    ///
    /// - Throws: `JSONKeyError` or `ManagerError` for a file that the administrator does not allow.
    func deviceInfoFile(_ configuration: NetworkConfiguration) throws -> DeviceInfoFile? {
        guard let path = configuration.deviceInfoPath else { return nil }
        return try deviceInfoFile(path)
    }

    func deviceInfoFile(_ path: String) throws -> DeviceInfoFile {
        try DeviceInfoFile(
            path, below: CNIConfiguration.read(installation.configuration).deviceInfoDirectories)
    }

    /// The context over this host's state file and locks.
    func makeContext(_ log: CNILog) throws -> Context<H> {
        let context = try installation.makeContext(
            on: try makeHost(), timeouts: timeouts,
            frontEnds: FrontEndRegistry(
                addresses: IPAMRelease(
                    installation, environment: environment, timeouts: ipamTimeouts,
                    passOn: writeError)),
            warn: { log.warning($0) })
        keep(context.store)
        return context
    }

    /// The IPAM plugin of a network; nil if it has none.
    func delegate(
        _ configuration: NetworkConfiguration, _ call: CNIEnvironment, _ input: CNIInput
    ) throws(CNIError) -> IPAMDelegate? {
        guard let type = configuration.ipamType else { return nil }
        return try IPAMDelegate(
            type: type, in: call.searchPath, environment: environment.forChildren,
            input: input.bytes, timeouts: ipamTimeouts, passOn: writeError)
    }

    /// Which VF a configuration asks for; nil if it leaves that to a device plugin, which names one at ADD.
    ///
    /// - Throws: `CNIError` or `ManagerError`; of code `notFound` if there is no such PF.
    func selection(
        _ configuration: NetworkConfiguration, _ context: Context<H>
    ) throws -> VFSelection? {
        if let device = configuration.device { return .address(device) }
        if let reference = configuration.physicalFunction {
            return .anyOf(physicalFunction: try context.engine.physicalFunction(reference).address)
        }
        guard let pool = configuration.pool else { return nil }
        guard let list = try PoolList.read(installation.configuration) else {
            throw CNIError(
                .invalidConfiguration,
                "pool: \"\(pool)\" is not defined, there is no \(installation.configuration)")
        }
        return .pool(pool, of: list)
    }

    func owner(_ call: CNIEnvironment, network: String) -> AttachmentOwner {
        AttachmentOwner(
            frontEnd: FrontEnd.cni.rawValue, network: network, container: call.containerID,
            interfaceName: call.interfaceName)
    }
}
