internal import CNI
internal import FrontEndSupport
internal import SRIOV

extension CNIDispatcher {
    /// GC: takes back what this network gave to attachments that the runtime does not list any more.
    ///
    /// Other networks, and attachments that were not made through CNI, are not touched. A failure does not keep
    /// the rest from being done, nor the IPAM plugin from doing its part.
    ///
    /// - Throws: `CNIError` with everything that failed.
    func collectGarbage(_ call: CNIEnvironment, _ input: CNIInput) throws -> [UInt8] {
        let (network, version) = try input.validated()
        guard version.allowsStatusAndCollection else {
            throw CNIError(.incompatibleVersion, "config version does not allow GC")
        }
        let configuration = NetworkConfiguration(
            input.object, version: version, arguments: .none, needsVF: false)
        let log = log(call, configuration)
        return try logging(log) {
            let valid = try ValidAttachments(input.object)
            for problem in configuration.problems { log.debug("\(problem), ignoring") }
            var failures: [any Error] = []
            do {
                if let valid {
                    let context = try makeContext(log)
                    failures += collect(in: network, except: valid, context, log)
                    failures += collectOfOtherBoots(in: network, except: valid, context, log)
                }
            } catch {
                failures.append(error)
            }
            do {
                if let delegate = try delegate(configuration, call, input),
                    try !delegate.collectGarbage()
                {
                    log.debug("IPAM plugin \(delegate.type) does not know GC, ignoring")
                }
            } catch {
                failures.append(error)
            }
            guard failures.isEmpty else { throw CNIError(collecting: failures) }
            return []
        }
    }

    private func collect(
        in network: String, except valid: ValidAttachments, _ context: Context<H>, _ log: CNILog
    ) -> [any Error] {
        var failures: [any Error] = []
        do {
            for attachment in try context.store.attachments()
            where isGarbage(attachment.owner, in: network, except: valid) {
                do {
                    _ = try context.attachments.detach(DetachRequest(owner: attachment.owner))
                    log.debug("took \(attachment.function) back from \(attachment.owner)")
                } catch {
                    failures.append(error)
                }
            }
            // What sriov-cni gave away in this network before us.
            for claim in try context.foreignClaims.all() {
                guard let owners = claim.savedState?.owners, let owner = owners.last,
                    owners.allSatisfy({ isGarbage($0, in: network, except: valid) })
                else { continue }
                do {
                    _ = try context.attachments.detach(DetachRequest(owner: owner))
                    log.debug("took back what \(claim.path) tells of \(owner)")
                } catch {
                    failures.append(error)
                }
            }
        } catch {
            failures.append(ManagerError.wrapping(error, "look for attachments"))
        }
        return failures
    }

    /// Of an attachment before the last boot only its addresses are left.
    private func collectOfOtherBoots(
        in network: String, except valid: ValidAttachments, _ context: Context<H>, _ log: CNILog
    ) -> [any Error] {
        var failures: [any Error] = []
        do {
            for attachment in try context.store.leasesOfOtherBoots().attachments
            where isGarbage(attachment.owner, in: network, except: valid) {
                do {
                    try context.releaseFrontEnd(attachment)
                    try context.store.remove(attachment)
                    log.debug("dropped the record of \(attachment.owner) before the last boot")
                } catch StoreError.vanished {
                    continue
                } catch {
                    failures.append(error)
                }
            }
        } catch {
            failures.append(ManagerError.wrapping(error, "look for attachments of other boots"))
        }
        return failures
    }

    private func isGarbage(
        _ owner: AttachmentOwner, in network: String, except valid: ValidAttachments
    ) -> Bool {
        owner.frontEnd == FrontEnd.cni.rawValue && owner.network == network
            && !valid.contains(container: owner.container, interfaceName: owner.interfaceName ?? "")
    }
}
