internal import LinuxSystem
internal import Netlink

/// Records in a handover, with the VF's lock held.
extension Engine {
    /// Updates a record in a handover to the VF's present location, with the VF's lock held.
    ///
    /// A VF that has arrived is attached. One whose container has lost its last process is leaving: there
    /// may never be a call, because the bind mount of a killed runtime keeps the namespace alive. One that was
    /// leaving, but is in a container that lives long after, is attached again.
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
            try enterAttached(at: location, &attachment)
        case .preparing, .reserved, .detaching, .restoring: break
        }
        return attachment
    }

    /// - Returns: The record, attached if the VF is up in a container, else as it was. Temporary trust ends with
    ///   the time for joining in any case: a container that keeps its interface down must not keep it.
    func confirmHandoverLocked(_ joined: Attachment) throws -> Attachment {
        var attachment = joined
        guard let location = try self.location(of: joined), location.link.isUp else {
            if attachment.handover?.isTemporarilyTrusted == true,
                age(of: attachment) >= timeouts.join.components.seconds
            {
                try endTemporaryTrust(of: &attachment)
                try write(attachment)
            }
            return attachment
        }
        try endTemporaryTrust(of: &attachment)
        try enterAttached(at: location, &attachment)
        return attachment
    }

    /// Writes phase attached, and where the VF is.
    private func enterAttached(
        at location: (path: String, namespace: H.Namespace, link: Link),
        _ attachment: inout Attachment
    ) throws {
        let place = NamespaceReference.seen(
            path: location.path, host.identity(of: location.namespace))
        attachment.changeHandover { $0.namespace = place }
        try enter(.attached, &attachment)
    }

    /// Writes a phase of the handover, and when it began.
    func enter(_ phase: AttachmentPhase, _ attachment: inout Attachment) throws {
        attachment.phase = phase
        let now = host.uptime()
        attachment.changeHandover { $0.phaseBegan = now }
        try write(attachment)
    }

    private func write(_ attachment: Attachment) throws(ManagerError) {
        do {
            try store.update(attachment)
        } catch {
            throw .wrapping(
                error,
                "record \(attachment.function) as \(attachment.phase.rawValue)")
        }
    }

    /// The location of a VF that has left the host; nil while it is in the host, or not visible.
    func location(
        of attachment: Attachment
    ) throws -> (path: String, namespace: H.Namespace, link: Link)? {
        let recorded = [attachment.namespace?.path].compactMap(\.self)
        return try locate(
            attachment.function, expectedName: attachment.expectedName,
            in: recorded + host.otherNamespaces())
    }

    /// Removes temporary trust, and with it a MAC that the VF has set by means of it.
    private func endTemporaryTrust(of attachment: inout Attachment) throws {
        guard attachment.handover?.isTemporarilyTrusted == true else { return }
        if let address = attachment.physicalFunction, let index = attachment.index,
            let parent = try host.vfInfos(ofPF: address, expectedName: nil, only: index)
        {
            try setVF(
                .trust(attachment.settings.trust ?? false), index: index, of: parent)
            let administrativeMAC =
                attachment.settings.macAddress ?? attachment.originalInfo?.macAddress
            // Read again, because it may have changed meanwhile.
            let present = try host.vfInfos(ofPF: address, expectedName: nil, only: index)
            if let administrativeMAC, !administrativeMAC.isZero,
                present?.vf(index)?.macAddress != administrativeMAC
            {
                try setVF(.macAddress(administrativeMAC), index: index, of: parent)
            }
        }
        attachment.changeHandover { $0.isTemporarilyTrusted = false }
    }
}
