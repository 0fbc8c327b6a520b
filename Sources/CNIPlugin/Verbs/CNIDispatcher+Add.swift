internal import CNI
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

extension CNIDispatcher {
    /// ADD: gives the container its VF and answers with the result.
    ///
    /// Everything that can be known is checked first: configuration, variables, namespace, IPAM plugin.
    /// Whatever fails later is undone before the error is answered.
    func add(_ call: CNIEnvironment, _ input: CNIInput) throws -> [UInt8] {
        let budget = Deadline(after: AddBudget.total)
        let (network, version) = try input.validated()
        let arguments = try CNIArguments(parsing: call.arguments)
        let configuration = NetworkConfiguration(
            input.object, version: version, arguments: arguments)
        let log = log(call, configuration)
        return try logging(log) {
            try configuration.validate()
            if version.hasOneAddressPerFamily, configuration.ipamType == nil {
                throw CNIError(
                    .invalidConfiguration,
                    "ipam: missing, a result of cniVersion \(version) needs an IP address")
            }
            let deviceInfoFile = try deviceInfoFile(configuration)
            let delegate = try delegate(configuration, call, input)
            let context = try makeContext(log)
            guard let selection = try selection(configuration, context) else {
                throw CNIError(.internal, "deviceID was neither accepted nor refused")
            }
            var record: IPAMRecord?
            if delegate != nil || deviceInfoFile != nil {
                record = IPAMRecord(
                    type: delegate?.type, deviceInfoFile: deviceInfoFile,
                    environment: call, input: input.bytes)
            }
            let request = AttachRequest(
                owner: owner(call, network: network), selection: selection,
                settings: configuration.settings, namespacePath: call.namespacePath,
                frontEndData: record?.encoded(), hasLease: delegate != nil)
            var document: [UInt8] = []
            var announce: (() -> Void)?
            try context.attachments.attach(request) { attached in
                let limit = try delegate.map { _ in
                    try AddBudget.limit(remaining: budget.remaining)
                }
                let finisher = AttachmentFinisher<H>(
                    configuration: configuration, version: version, environment: call,
                    delegate: delegate, deviceInfoFile: deviceInfoFile, limit: limit, log: log)
                log.debug("configured \(attached.attachment.function)")
                document = try finisher.finish(attached, &announce)
            }
            // With the attachment complete: a runtime that gives up meanwhile leaves nothing half done.
            announce?()
            return document + [UInt8(ascii: "\n")]
        }
    }

    /// Runs a verb and puts its error into the log as well.
    func logging(_ log: CNILog, _ body: () throws -> [UInt8]) throws -> [UInt8] {
        do {
            return try body()
        } catch {
            log.error("\(CNIError(reporting: error))")
            throw error
        }
    }
}
