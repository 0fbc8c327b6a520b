internal import LinuxSystem
internal import Netlink

extension Manager {
    /// Undoes an attachment as far as possible, from its record alone.
    ///
    /// One way back for everything: a DEL, a failed attach, a dead writer, a vanished container. The VF's
    /// exclusive lock must be held. Every step tolerates that it was done before; a step that fails does not
    /// keep later ones from being tried, except that no setting is touched while the interface is still
    /// in the container: it would be let into another VLAN.
    ///
    /// - Parameters:
    ///   - within: The container's namespace if the caller has it open already.
    ///   - releasesFrontEnd: Whether the front end's part is undone here.
    /// - Returns: What is left to do. The record is dropped if nothing is, else it stays in phase
    ///   detaching or restoring.
    func bringBack(
        _ attachment: Attachment, within namespace: H.Namespace?, releasesFrontEnd: Bool
    ) -> BringBackOutcome {
        var outcome = BringBackOutcome()
        var record = attachment
        record.phase = .detaching
        collect(&outcome.store) { try store.update(record) }
        // The journal of the way back is the record itself, written before the way out. If the file does not
        // take the new phase, the old one still leads to the same way back.
        if releasesFrontEnd, attachment.frontEndData != nil {
            collect(&outcome.frontEnd) { try releaseFrontEnd(attachment) }
        }
        if host.functionExists(at: attachment.virtualFunction) {
            collect(&outcome.interface) { try retrieve(attachment, hint: namespace) }
            if outcome.interface.isEmpty {
                outcome.settings = restore(attachment)
            }
        }
        if outcome.isVFComplete, outcome.frontEnd.isEmpty {
            outcome.store = []
            collect(&outcome.store) { try store.remove(attachment) }
        } else {
            record.phase = outcome.interface.isEmpty ? .restoring : .detaching
            collect(&outcome.store) { try store.update(record) }
        }
        return outcome
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
        if let container = try hint ?? open(attachment.namespace),
            let link = try host.link(
                of: address, expectedName: attachment.owner.interfaceName, in: container)
        {
            try moveHome(link, named: original.name, from: container)
            return
        }
        if try host.link(of: address, expectedName: original.name, in: own) != nil { return }
        if let link = try findElsewhere(attachment) {
            try moveHome(link.link, named: original.name, from: link.namespace)
            return
        }
        guard try host.virtualFunction(at: address)?.driver == attachment.originalDriver else {
            // Whoever bound another driver took the interface away; there is none to bring back.
            return
        }
        // The kernel dismantles a dead namespace in its own time and gives the VF back then.
        let deadline = Deadline(after: patience.returnOfInterface)
        if try host.waitForLink(of: address, in: own, until: deadline) != nil { return }
        throw ManagerError(
            .inUse,
            "VF \(address) has not come back from \(attachment.namespace.path) within "
                + "\(deadline.allowance): something still holds that network namespace")
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
        try host.move(link, from: container, to: own, as: isFree ? name : spareName(for: link))
    }

    /// A name that no other interface has, for a VF whose own is taken.
    private func spareName(for link: Link) -> String {
        guard let address = link.pciAddress else { return "vf-index\(link.index)" }
        return "vf"
            + address.description.filter { $0 != ":" && $0 != "." }
    }

    /// The namespace of a record, if it is still the same behind its path.
    func open(_ reference: NamespaceReference) throws -> H.Namespace? {
        do {
            let namespace = try host.openNamespace(reference.path)
            return host.identity(of: namespace) == reference.identity ? namespace : nil
        } catch is NetworkNamespaceError {
            return nil
        }
    }

    /// Looks for a VF in every namespace that can be reached: the container's may have lost its path, and
    /// still be held by a process.
    private func findElsewhere(
        _ attachment: Attachment
    ) throws -> (link: Link, namespace: H.Namespace)? {
        for path in try host.otherNamespaces() {
            // A namespace may go while we look, which is as good as not holding the VF.
            guard let namespace = try? host.openNamespace(path),
                host.identity(of: namespace) == attachment.namespace.identity
            else { continue }
            guard
                let link = try host.link(
                    of: attachment.virtualFunction, expectedName: attachment.owner.interfaceName,
                    in: namespace)
            else { return nil }
            return (link, namespace)
        }
        return nil
    }

    /// Whether the namespace of a finished attachment is gone for certain, and the VF with it or home again.
    func namespaceIsGone(of attachment: Attachment) throws(ManagerError) -> Bool {
        do {
            if try open(attachment.namespace) != nil { return false }
            if try findElsewhere(attachment) != nil { return false }
            guard attachment.originalInterface != nil else {
                // No interface tells where the VF is, so whoever still lives in the namespace counts.
                return try !host.otherNamespaces().contains {
                    // A namespace that went while we look is as good as another one.
                    (try? host.openNamespace($0)).map(host.identity)
                        == attachment.namespace.identity
                }
            }
            // With nobody holding the namespace the VF is home, or on its way.
            let deadline = Deadline(after: patience.returnOfInterface)
            let address = attachment.virtualFunction
            guard try host.virtualFunction(at: address)?.driver == attachment.originalDriver
            else { return true }
            return try host.waitForLink(
                of: address, in: try host.hostNamespace(), until: deadline) != nil
        } catch {
            throw .wrapping(error, "look for the network namespace of \(attachment.owner)")
        }
    }
}
