internal import LinuxSystem
internal import Netlink

/// When nobody can have a VF any more, by proofs and, for runtimes that move VFs by themselves, by deadlines.
extension Manager {
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

    /// Brings a record of a runtime that moves VFs by itself up to what has happened meanwhile, with the VF's lock held.
    ///
    /// A VF that has arrived is attached. One whose container has lost its last process is leaving: nobody may
    /// ever say so, for a runtime that was killed keeps the namespace alive by its path alone. And one that was
    /// leaving, but is in a container that lives long after, has stayed.
    func followRuntime(_ attachment: Attachment) throws -> Attachment {
        guard attachment.handover != nil else { return attachment }
        var attachment = attachment
        switch attachment.phase {
        case .joined:
            return try confirmHandoverLocked(attachment)
        case .attached:
            guard case .seen(_, let identity)? = attachment.namespace,
                attachment.namespace.flatMap(open) != nil, try !host.hasProcess(in: identity)
            else { return attachment }
            try enter(.leaving, &attachment)
        case .leaving:
            guard age(of: attachment) >= timeouts.leave.components.seconds,
                let location = try location(of: attachment),
                try host.hasProcess(in: host.identity(of: location.namespace))
            else { return attachment }
            let place = NamespaceReference.seen(
                path: location.path, host.identity(of: location.namespace))
            attachment.changeHandover { $0.namespace = place }
            try enter(.attached, &attachment)
        case .preparing, .reserved, .detaching, .restoring: break
        }
        return attachment
    }

    /// Says that a phase of the handover has lasted too long, if so, and if nobody lives where the VF is.
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

    /// How long the runtime may yet take for what it has to do next; nil if nothing is waited for, or no longer.
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
}
