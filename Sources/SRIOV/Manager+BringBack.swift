internal import LinuxSystem
internal import Netlink

extension Manager {
    /// Undoes an attachment as far as possible, from its record alone.
    ///
    /// One way back for everything: a DEL, a failed attach, a dead writer, a vanished container. The VF's
    /// exclusive lock must be held. Every step tolerates that it was done before; a step that fails does not
    /// keep later ones from being tried, except that no setting is touched while the interface is still
    /// in the container: it would be let into another VLAN. The front end's part comes after the VF: an
    /// address is free for others only when nobody can use it any more.
    ///
    /// - Parameters:
    ///   - within: The container's namespace if the caller has it open already.
    ///   - releaseFrontEnd: Undoes the front end's part; nil if there is nothing to undo. It is done before
    ///     the record goes, so that a death in between loses nothing.
    /// - Returns: What is left to do. The record is dropped if nothing is, else it stays in phase
    ///   detaching or restoring.
    func bringBack(
        _ attachment: Attachment, within namespace: H.Namespace?,
        releasing releaseFrontEnd: ((Attachment) throws -> Void)?
    ) -> BringBackOutcome {
        var outcome = BringBackOutcome()
        // The journal of the way back is the record itself, written before the way out. If there is no room for a
        // note, its phase still leads to the same way back.
        collect(&outcome.store) { try store.note(.detaching, of: attachment) }
        if !functionIsGone(of: attachment) {
            collect(&outcome.interface) { try retrieve(attachment, hint: namespace) }
            if outcome.interface.isEmpty {
                outcome.settings = restore(attachment)
            }
            if functionIsGone(of: attachment) {
                // Unplugged meanwhile: there is nothing to bring back.
                outcome.interface = []
                outcome.settings = []
            }
        }
        if let releaseFrontEnd {
            collect(&outcome.frontEnd) { try releaseFrontEnd(attachment) }
        }
        if outcome.isVFComplete, outcome.frontEnd.isEmpty {
            outcome.store = []
            collect(&outcome.store) { try store.remove(attachment) }
            forgetForeignClaim(of: attachment)
        } else if outcome.interface.isEmpty {
            var record = attachment
            record.phase = .restoring
            collect(&outcome.store) { try store.update(record) }
        }
        return outcome
    }

    /// Undoes the front end's part of an attachment from what its record keeps, if it keeps anything.
    func releaseByRecord(_ attachment: Attachment) throws {
        if attachment.frontEndData != nil { try releaseFrontEnd(attachment) }
    }

    /// Runs a step and keeps its error.
    ///
    /// A record that has vanished meanwhile is what the step wanted.
    private func collect(_ errors: inout [any Error], _ step: () throws -> Void) {
        do {
            try step()
        } catch StoreError.vanished {
            return
        } catch {
            errors.append(error)
        }
    }

    // MARK: Out of the container

    /// Brings the interface back to the host, under its own name if that is free.
    private func retrieve(_ attachment: Attachment, hint: H.Namespace?) throws {
        guard let original = attachment.originalInterface else { return }
        let own = try host.hostNamespace()
        let address = attachment.virtualFunction
        if let hint, try moveHome(attachment, named: original.name, from: hint) { return }
        if let container = attachment.namespace.flatMap(open),
            try moveHome(attachment, named: original.name, from: container)
        {
            return
        }
        if try host.link(of: address, expectedName: original.name, in: own) != nil { return }
        if let namespace = try otherHolder(of: attachment),
            try moveHome(attachment, named: original.name, from: namespace)
        {
            return
        }
        guard try host.driver(of: address) == attachment.originalDriver else {
            // Whoever bound another driver took the interface away; there is none to bring back.
            return
        }
        // The kernel dismantles a dead namespace in its own time and gives the VF back then.
        let deadline = Deadline(after: patience.returnOfInterface)
        if try host.waitForLink(of: address, in: own, until: deadline) != nil { return }
        throw ManagerError(
            .inUse,
            "VF \(address) has not come back from \(attachment.place) within "
                + "\(deadline.allowance): something still holds that network namespace")
    }

    /// - Returns: false if the VF has no interface in the namespace.
    private func moveHome(
        _ attachment: Attachment, named name: String, from container: H.Namespace
    ) throws -> Bool {
        let link = try host.link(
            of: attachment.virtualFunction, expectedName: attachment.expectedName,
            in: container)
        guard let link else { return false }
        try moveHome(link, named: name, from: container)
        return true
    }

    func moveHome(_ link: Link, named name: String, from container: H.Namespace) throws {
        let own = try host.hostNamespace()
        // A name that is taken in the target makes the kernel refuse, some of it after the move.
        for alternative in link.alternativeNames {
            try host.removeAlternativeName(alternative, from: link, in: container)
        }
        if link.isUp {
            try host.setLink(link, LinkSettings(isUp: false), in: container)
        }
        let isFree = try host.link(named: name, in: own) == nil
        do {
            try host.move(link, from: container, to: own, as: isFree ? name : spareName(for: link))
        } catch {
            guard let address = link.pciAddress,
                try host.link(of: address, expectedName: link.name, in: own) != nil
            else { throw error }
        }
    }

    /// A name that no other interface has, for a VF whose own is taken.
    func spareName(for link: Link) -> String {
        guard let address = link.pciAddress else { return "vf-index\(link.index)" }
        return "vf"
            + address.description.filter { $0 != ":" && $0 != "." }
    }

    /// The namespace of a record, if it is still the same behind its path.
    ///
    /// - Returns: nil also if the path cannot be opened, whyever: whether the VF is home decides then.
    func open(_ reference: NamespaceReference) -> H.Namespace? {
        guard let namespace = try? host.openNamespace(reference.path),
            reference.identity == nil || host.identity(of: namespace) == reference.identity
        else { return nil }
        return namespace
    }

    /// A namespace, of all that can be reached, in which the VF is: the container's may have lost its path and
    /// still be held by a process, and an administrator may have moved the VF on.
    private func otherHolder(of attachment: Attachment) throws -> H.Namespace? {
        try holder(of: attachment, among: host.otherNamespaces())?.namespace
    }

    /// The first of some namespaces, other than the host's, in which the VF is.
    func holder(
        of attachment: Attachment, among paths: [String]
    ) throws -> (path: String, namespace: H.Namespace, link: Link)? {
        let own = host.identity(of: try host.hostNamespace())
        for path in paths {
            // A namespace may go while we look, which is as good as not holding the VF.
            guard let namespace = try? host.openNamespace(path), host.identity(of: namespace) != own
            else { continue }
            let link = try? host.link(
                of: attachment.virtualFunction, expectedName: attachment.expectedName,
                in: namespace)
            if let link { return (path, namespace, link) }
        }
        return nil
    }

    /// Whether the namespace of a record can be reached by any path.
    ///
    /// - Throws: Whatever keeps that from being known.
    private func isReachable(_ reference: NamespaceReference) throws -> Bool {
        guard let identity = reference.identity else {
            return open(reference) != nil
        }
        return try ([reference.path] + host.otherNamespaces()).contains {
            try leads($0, to: identity)
        }
    }

    /// Whether a path leads to a namespace.
    ///
    /// - Throws: Whatever keeps that from being known.
    func leads(_ path: String, to identity: NamespaceIdentity) throws -> Bool {
        do {
            return host.identity(of: try host.openNamespace(path)) == identity
        } catch is NetworkNamespaceError {
            return false
        }
    }

    /// Whether the namespace of a finished attachment is gone for certain, and the VF with it or home again.
    func namespaceIsGone(of attachment: Attachment) throws(ManagerError) -> Bool {
        do {
            if attachment.namespace.flatMap(open) != nil { return false }
            let address = attachment.virtualFunction
            let driver = try host.driver(of: address)
            guard attachment.originalInterface != nil, driver == attachment.originalDriver else {
                // No interface tells where the VF is.
                return try attachment.namespace.map { try !isReachable($0) } ?? true
            }
            if try otherHolder(of: attachment) != nil { return false }
            // With nobody holding the namespace the VF is home, or on its way.
            let deadline = Deadline(after: patience.returnOfInterface)
            return try host.waitForLink(
                of: address, in: try host.hostNamespace(), until: deadline) != nil
        } catch {
            throw .wrapping(error, "look for the network namespace of \(attachment.owner)")
        }
    }
}
