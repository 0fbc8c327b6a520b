internal import CNI
internal import SRIOV

extension CNIDispatcher {
    /// STATUS: says nothing if an ADD could be served now.
    ///
    /// - Throws: `CNIError` `notAvailable` or `notAvailableNorConnected`, an error of the configuration as ADD has
    ///   it, or the IPAM plugin's own.
    func status(_ call: CNIEnvironment, _ input: CNIInput) throws -> [UInt8] {
        let (_, version) = try input.validated()
        guard version.allowsStatusAndCollection else {
            throw CNIError(.incompatibleVersion, "config version does not allow STATUS")
        }
        let configuration = NetworkConfiguration(
            input.object, version: version, arguments: .none, needsVF: false)
        let log = log(call, configuration)
        return try logging(log) {
            try configuration.validate()
            _ = try deviceInfoFile(configuration)
            let delegate = try delegate(configuration, call, input)
            let context: Context<H>
            do {
                context = try makeContext(log)
                try context.inspector.verifyReady()
            } catch {
                throw CNIError(.notAvailable, CNIError(reporting: error).description)
            }
            switch try availability(configuration, context) {
            case .available: break
            case .exhausted(let reason): throw CNIError(.notAvailable, reason)
            case .disconnected(let reason) where configuration.device != nil:
                throw CNIError(.notAvailableNorConnected, "deviceID: \(reason)")
            case .disconnected(let reason): throw CNIError(.notAvailableNorConnected, reason)
            }
            if let delegate, try !delegate.status(version: version) {
                log.debug("IPAM plugin \(delegate.type) does not know STATUS, ignoring")
            }
            return []
        }
    }

    private func availability(
        _ configuration: NetworkConfiguration, _ context: Context<H>
    ) throws -> VFAvailability {
        do {
            guard let selection = try selection(configuration, context) else { return .available }
            return try context.inspector.availability(
                of: selection, countsFree: configuration.countsFree)
        } catch let error as ManagerError where error.code == .notFound {
            return .disconnected("\(error)")
        }
    }
}
