package import LinuxSystem
internal import Netlink

/// When an attachment is no longer in use, by proofs and, in a handover, by deadlines.
extension Engine {
    /// Why an attachment is not in use any more; nil if it may be.
    ///
    /// The VF's lock must be held, so that an unfinished record means a dead writer.
    func staleness(of attachment: Attachment) throws(ManagerError) -> Staleness? {
        if let loss = loss(of: attachment) { return .lost(loss) }
        switch attachment.phase {
        case .preparing, .detaching:
            return .writerDied(attachment.phase)
        case .restoring:
            return .unrestored
        case .attached:
            return try namespaceIsGone(of: attachment)
                ? .namespaceGone(place: attachment.locationDescription) : nil
        case .reserved:
            return try overdue(attachment, timeouts.reservation)
        case .joined:
            return try overdue(attachment, timeouts.join)
        case .leaving:
            return try overdue(attachment, timeouts.leave)
        }
    }

    /// The staleness of a phase of the handover that has lasted too long, if no process lives where the VF is.
    private func overdue(
        _ attachment: Attachment, _ limit: Duration
    ) throws(ManagerError) -> Staleness? {
        let age = age(of: attachment)
        guard age >= limit.components.seconds else { return nil }
        do {
            if let location = try location(of: attachment),
                try host.hasProcess(in: host.identity(of: location.namespace))
            {
                return nil
            }
        } catch {
            throw .wrapping(error, "look for VF \(attachment.function)")
        }
        return .overdue(attachment.phase, seconds: age)
    }

    /// The time that is left for the runtime's next call; nil if no call is awaited, or no longer.
    func remainingTimeout(of attachment: Attachment) -> Duration? {
        let limit: Duration
        switch attachment.phase {
        case .reserved: limit = timeouts.reservation
        case .joined: limit = timeouts.join
        case .leaving: limit = timeouts.leave
        case .preparing, .attached, .detaching, .restoring: return nil
        }
        let remaining = limit - .seconds(age(of: attachment))
        return remaining > .zero ? remaining : nil
    }

    /// Seconds since the phase began.
    func age(of attachment: Attachment) -> Int64 {
        host.uptime() - (attachment.handover?.phaseBegan ?? 0)
    }

    // MARK: Without a lock

    /// Why an attachment is not in use any more, without waiting for anything.
    ///
    /// An attachment that cannot be read, for lack of rights, counts as in use.
    ///
    /// - Parameter deadline: When searching namespaces ends: a VF or process that may be in one that was not reached
    ///   counts as present.
    package func knownStaleness(
        of attachment: Attachment, searchingUntil deadline: Deadline
    ) -> Staleness? {
        // Dropping the error is right: an attachment of which too little is known counts as in use.
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
            let function = attachment.functionToLock
            // The process that holds the lock is at work.
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

    /// The staleness found, if the record is still the one for which it was found: all records are read first, and a
    /// process that was at work then may be done.
    private func confirmed(
        _ staleness: Staleness?, _ attachment: Attachment
    ) throws(ManagerError) -> Staleness? {
        guard staleness != nil else { return nil }
        let present = try self.attachment(on: VirtualFunction(address: attachment.function))
        return present == attachment ? staleness : nil
    }
}
