internal import CNI
internal import FrontEndSupport
internal import LinuxSystem
internal import SRIOV

extension CNIDispatcher {
    /// DEL: takes everything back that can be taken back.
    ///
    /// Nothing that is wrong with the configuration keeps it from that, nor does a failure of the IPAM
    /// plugin keep the VF from being released, or the reverse; it is an error only if something could not
    /// be released, or if standard input does not tell whose it is.
    func delete(_ call: CNIEnvironment, _ input: CNIInput) throws -> [UInt8] {
        var warnings: [String] = []
        let arguments: CNIArguments
        do {
            arguments = try CNIArguments(parsing: call.arguments)
        } catch {
            arguments = .none
            warnings.append(error.description)
        }
        let configuration = NetworkConfiguration(
            input.object, version: input.version ?? .newest, arguments: arguments)
        let log = log(call, configuration)
        for warning in warnings { log.warning("\(warning), ignoring") }
        for problem in configuration.problems where input.identityError == nil {
            log.debug("\(problem), ignoring")
        }
        return try logging(log) {
            let context = try makeContext(log)
            if let error = input.identityError {
                try deleteUnnamed(call, context, log, because: error)
            }
            // The runtime's own document is what the IPAM plugin should see, if it can read it; else
            // the record has the one of ADD.
            let hasOwnDocument = configuration.ipamType != nil && input.version != nil
            let request = DetachRequest(
                owner: owner(call, network: input.networkName ?? ""),
                virtualFunction: configuration.device
                    ?? configuration.previousResult?.pciAddress(of: call.interfaceName),
                namespacePath: call.knownNamespacePath, settings: configuration.settings)
            var failures: [any Error] = []
            var isAddressDone = false
            func deleteAddresses(mayHaveRecord: Bool) throws {
                isAddressDone = true
                do {
                    try self.deleteAddresses(
                        configuration, call, input, mayHaveRecord: mayHaveRecord, log)
                } catch {
                    failures.append(error)
                    throw error
                }
            }
            // The record stays until the address is given back: it tells the next one what is left.
            let outcome = Result {
                try context.attachments.detach(
                    request,
                    releasing: hasOwnDocument
                        ? { try deleteAddresses(mayHaveRecord: $0 != nil) } : nil)
            }
            if case .failure(let error) = outcome { failures.insert(error, at: 0) }
            let mayHaveRecord =
                if case .success(let outcome) = outcome {
                    outcome.attachment != nil
                } else {
                    true
                }
            if !isAddressDone, hasOwnDocument || !mayHaveRecord {
                // It is among the failures already.
                try? deleteAddresses(mayHaveRecord: mayHaveRecord)
            }
            if case .success(let outcome) = outcome, let attachment = outcome.attachment {
                removeDeviceInfo(configuration, attachment, log)
            }
            guard failures.isEmpty else { throw CNIError(collecting: failures) }
            log.debug("detached, as far as there was anything")
            return []
        }
    }

    /// Removes the file that tells of the VF that was given back: the record names it, and a record of an import, which
    /// does not, leaves it to the runtime's DEL. Without a record no file is ours.
    private func removeDeviceInfo(
        _ configuration: NetworkConfiguration, _ attachment: Attachment, _ log: CNILog
    ) {
        // A record that cannot be read names no file.
        let recorded = attachment.frontEndData.flatMap {
            try? IPAMRecord(parsing: $0).deviceInfoFile
        }
        for path in Set([recorded, configuration.deviceInfoPath].compactMap(\.self)) {
            do {
                try deviceInfoFile(path).remove(of: attachment.function)
            } catch {
                log.warning("\(error), proceeding anyway")
            }
        }
    }

    /// Runs the IPAM plugin's DEL with the runtime's document.
    ///
    /// - Parameter mayHaveRecord: Whether this owner had an attachment. If not, an IPAM plugin that is not there
    ///   has never given it an address; a failed ADD is followed by a DEL like any other.
    private func deleteAddresses(
        _ configuration: NetworkConfiguration, _ call: CNIEnvironment, _ input: CNIInput,
        mayHaveRecord: Bool, _ log: CNILog
    ) throws(CNIError) {
        let delegate: IPAMDelegate?
        do {
            delegate = try self.delegate(configuration, call, input)
        } catch {
            if mayHaveRecord { throw error }
            log.warning("\(error), ignoring")
            return
        }
        do {
            try delegate?.delete()
        } catch {
            // Nor has one that does not speak the version either.
            guard input.version == nil else { throw error }
            log.warning("\(error), ignoring")
        }
    }

    /// Releases what is recorded for this container and interface in whatever network, then reports why the
    /// network is not known.
    private func deleteUnnamed(
        _ call: CNIEnvironment, _ context: Context<H>, _ log: CNILog, because error: CNIError
    ) throws {
        var failures: [any Error] = [error]
        var owners: [AttachmentOwner] = []
        do {
            owners = try context.store.attachments().map(\.owner)
        } catch let unusable {
            log.warning("\(unusable), ignoring")
        }
        for owner in owners
        where owner.network.map({ self.owner(call, network: $0) }) == owner {
            do {
                _ = try context.attachments.detach(
                    DetachRequest(owner: owner, namespacePath: call.knownNamespacePath))
            } catch {
                failures.append(error)
            }
        }
        throw CNIError(collecting: failures)
    }
}
