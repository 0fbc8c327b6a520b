internal import LinuxSystem

extension Attachments {
    /// Finishes the work of dead writers, frees VFs whose container is provably gone, and drops records of
    /// VFs that are gone and of other boots.
    ///
    /// VFs that another process works on are left alone.
    ///
    /// - Throws: `ManagerError` if the state file cannot be read, or a record in it; the others are recovered then.
    package func recover() throws(ManagerError) -> RecoveryReport {
        engine.endAbandonedAutoprobe()
        do {
            var entries: [RecoveryReport.Entry] = []
            let former = try store.leasesOfOtherBoots()
            for lease in former.damaged { drop(lease) }
            for attachment in former.attachments {
                entries.append(
                    RecoveryReport.Entry(attachment: attachment, result: discard(attachment)))
            }
            try dropLeasesWithoutRecord()
            let deadline = Deadline(after: timeouts.returnOfInterface)
            let search = Deadline(after: timeouts.search)
            let (attachments, damaged) = try store.readableAttachments()
            for attachment in attachments {
                let result: RecoveryReport.Result?
                do {
                    result = try Attachments(context: context.sharing(deadline, search: search))
                        .recover(attachment)
                } catch {
                    // After one VF that cannot be read the others are still recovered.
                    result = .incomplete(["\(error)"])
                }
                if let result {
                    entries.append(RecoveryReport.Entry(attachment: attachment, result: result))
                }
            }
            // The other records have been recovered all the same.
            if let problem = damaged.first?.problem { throw problem }
            let waiting = try store.attachments().compactMap(engine.remainingTimeout)
            return RecoveryReport(entries: entries, nextDeadline: waiting.min())
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "recover")
        }
    }

    /// - Returns: nil if the attachment is healthy.
    private func recover(_ found: Attachment) throws -> RecoveryReport.Result? {
        guard let locks = try AttachmentLocks.ifFree(found.functionToLock, in: locks) else {
            return .busy
        }
        return try withExtendedLifetime(locks) { try recoverLocked(found.function) }
    }

    private func recoverLocked(_ address: PCIAddress) throws -> RecoveryReport.Result? {
        guard var attachment = try store.attachment(of: address) else { return nil }
        do {
            if !engine.functionIsGone(of: attachment) {
                attachment = try engine.followRuntime(attachment)
            }
            guard try engine.staleness(of: attachment) != nil else { return nil }
        } catch {
            return .incomplete(["\(error)"])
        }
        let outcome = engine.bringBack(attachment, within: nil, releasing: engine.releaseByRecord)
        return outcome.isComplete ? .broughtBack : .incomplete(outcome.failures.map { "\($0)" })
    }

    /// The address of such a lease was never assigned, or is released: a lease is written before its record, and the
    /// record dropped after it.
    private func dropLeasesWithoutRecord() throws {
        for address in try store.leasesWithoutRecord() {
            let function = VirtualFunction(address: address)
            guard let lock = try AttachmentLocks.ifFree(function, in: locks) else { continue }
            try withExtendedLifetime(lock) { try store.removeLease(withoutRecordOf: address) }
        }
    }

    /// Deletes a lease that cannot be read; otherwise each run would report it.
    private func drop(_ lease: DamagedLease) {
        warn("\(lease.path): \(lease.reason); what its attachment held is not given back")
        do {
            try store.remove(lease)
        } catch {
            warn("\(error)")
        }
    }

    /// Drops a record of another boot: only resources outside the machine, an IPAM's address, are left of it.
    private func discard(_ attachment: Attachment) -> RecoveryReport.Result {
        do {
            try engine.releaseByRecord(attachment)
            try store.remove(attachment)
            return .void
        } catch {
            return .incomplete(["\(error)"])
        }
    }
}
