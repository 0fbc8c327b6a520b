internal import CNI
internal import Glibc
internal import LinuxSystem
internal import SRIOV

extension CNIDispatcher {
    /// CHECK: compares the attachment with its record and with the result of ADD; says nothing if all is well.
    ///
    /// - Throws: `CNIError` with all differences, or the IPAM plugin's own error if there are none.
    func check(_ call: CNIEnvironment, _ input: CNIInput) throws -> [UInt8] {
        let (network, version) = try input.validated()
        guard version.allowsCheck else {
            throw CNIError(.incompatibleVersion, "config version does not allow CHECK")
        }
        let arguments = try CNIArguments(parsing: call.arguments)
        let configuration = NetworkConfiguration(
            input.object, version: version, arguments: arguments)
        let log = log(call, configuration)
        return try logging(log) {
            try configuration.validate()
            guard let expected = configuration.previousResult else {
                throw CNIError(.invalidConfiguration, "prevResult: missing, CHECK needs it")
            }
            _ = try deviceInfoFile(configuration)
            let delegate = try delegate(configuration, call, input)
            let context = try makeContext(log)
            let namespace = try context.host.openNamespace(call.namespacePath)
            var differences = try settledDifferences {
                try self.differences(
                    owner(call, network: network), configuration, expected, call, namespace,
                    context)
            }
            do {
                try delegate?.check()
            } catch {
                if differences.isEmpty { throw error }
                differences.append(CNIError(reporting: error).description)
            }
            guard differences.isEmpty else {
                throw CNIError(.differs, differences.joined(separator: "; "))
            }
            return []
        }
    }

    /// Asks again for up to a second while there are differences: whoever set the interface up may be at it still.
    private func settledDifferences(_ find: () throws -> [String]) throws -> [String] {
        let deadline = Deadline(after: .seconds(1))
        while true {
            let differences = try find()
            if differences.isEmpty || deadline.hasPassed { return differences }
            usleep(100_000)
        }
    }

    private func differences(
        _ owner: AttachmentOwner, _ configuration: NetworkConfiguration, _ expected: CNIResult,
        _ call: CNIEnvironment, _ namespace: H.Namespace, _ context: Context<H>
    ) throws -> [String] {
        let report = try context.attachments.check(owner)
        var differences = report.findings.map(\.description)
        let attachment = report.attachment
        if let device = configuration.device, device != attachment.function {
            differences.append(
                "deviceID is \(device), but the VF attached is \(attachment.function)")
        }
        let found = context.host.identity(of: namespace)
        if found != attachment.namespace?.identity {
            differences.append(
                "CNI_NETNS: \(call.namespacePath) is not the network namespace that the VF was "
                    + "attached to")
        }
        let comparison = ResultComparison(expected: expected, interfaceName: call.interfaceName) {
            // A path that leads nowhere is not the container's.
            guard let other = try? context.host.openNamespace($0) else { return false }
            return $0 == call.namespacePath || context.host.identity(of: other) == found
        }
        guard let position = comparison.position else {
            return differences + [
                "prevResult has no interface \(call.interfaceName) in \(call.namespacePath)"
            ]
        }
        differences += comparison.differences(ofFunction: attachment.function)
        guard let link = report.link else { return differences }
        return differences
            + comparison.differences(of: link)
            + comparison.differences(
                ofAddresses: try context.host.addresses(of: link, in: namespace), at: position)
            + comparison.differences(ofRoutes: try context.host.routes(in: namespace))
    }
}
