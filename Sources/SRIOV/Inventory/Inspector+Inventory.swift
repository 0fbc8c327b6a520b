package import LinuxSystem
internal import Netlink

extension Manager {
    /// The PFs and VFs of this host, with what is known of each.
    ///
    /// What the caller has no right to see stays unknown, the state file with a warning; with no state
    /// file there are no owners.
    ///
    /// - Parameter detail: How much of each is read.
    /// - Throws: `ManagerError` if sysfs or the state file cannot be read.
    package func inventory(
        _ detail: SnapshotDetail = SnapshotDetail(functions: .all)
    ) throws(ManagerError) -> Inventory {
        do {
            let records = try knownRecords()
            let reader = SnapshotReader(
                self, detail, records, searchingUntil: Deadline(after: .seconds(1)))
            let parents = try host.physicalFunctions().map { try reader.snapshot(of: $0) }
            let present = Set(
                parents.map(\.function.address)
                    + parents.flatMap(\.virtualFunctions).map(\.function.address))
            let vanished = records.all.filter {
                !present.contains($0.function)
                    && !host.functionExists(at: $0.function)
            }
            return Inventory(
                physicalFunctions: parents,
                vanished: try vanished.map { try reader.snapshot(ofVanished: $0) })
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "list virtual functions")
        }
    }

    /// The records of this boot, with a warning of those that are damaged; unknown, with a warning, if the caller cannot
    /// read them for want of rights.
    private func knownRecords() throws -> KnownRecords {
        do {
            let (attachments, damaged) = try store.readableAttachments()
            for record in damaged { warn("an owner is not known: \(record.problem)") }
            return KnownRecords(attachments, unreadable: Set(damaged.compactMap(\.address)))
        } catch let error as StoreError {
            switch error {
            case .notPermitted, .older: break
            default: throw error
            }
            warn("owners are not known: \(error)")
            return .unknown
        }
    }

    /// Why an attachment is not in use any more, without waiting for anything.
    ///
    /// What cannot be looked at, for want of rights, may well be in use.
    ///
    /// - Parameter deadline: When looking through namespaces ends: whoever may be in one that was not reached counts as
    ///   there.
    package func knownStaleness(
        of attachment: Attachment, searchingUntil deadline: Deadline
    ) -> Staleness? {
        // Losing the error is right: nothing is taken from an attachment of which too little is known.
        (try? stalenessNow(of: attachment, searchingUntil: deadline)) ?? nil
    }

    /// Why an attachment is not in use any more, without waiting for anything; nil if it may be.
    ///
    /// - Parameter deadline: When looking through namespaces ends.
    /// - Throws: `ManagerError` with whatever keeps it from being known. Nothing is changed in any case.
    func stalenessNow(
        of attachment: Attachment, searchingUntil deadline: Deadline
    ) throws(ManagerError) -> Staleness? {
        switch attachment.phase {
        case .preparing, .detaching, .restoring:
            let function = VirtualFunction(
                address: attachment.function, physicalFunction: attachment.physicalFunction)
            // Whoever has the lock is at work.
            let locks: AttachmentLocks
            do {
                locks = try AttachmentLocks(
                    function, mode: .shared, in: self.locks, deadline: Deadline(after: .zero))
            } catch  where error.code == .inUse {
                return nil
            }
            defer { withExtendedLifetime(locks) {} }
            return try confirmed(
                sharing(deadline, search: deadline).staleness(of: attachment), attachment)
        case .reserved, .joined, .attached, .leaving:
            return try confirmed(
                sharing(Deadline(after: .zero), search: deadline).staleness(of: attachment),
                attachment)
        }
    }

    /// What was found, if the record is still the one that it was found for: all records are read first, and whoever was at
    /// work then may be done.
    private func confirmed(
        _ staleness: Staleness?, _ attachment: Attachment
    ) throws(ManagerError) -> Staleness? {
        guard staleness != nil else { return nil }
        let present = try self.attachment(on: VirtualFunction(address: attachment.function))
        return present == attachment ? staleness : nil
    }
}
