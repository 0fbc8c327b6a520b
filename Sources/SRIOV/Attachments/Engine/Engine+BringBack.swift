internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Undoes an attachment as far as possible, from its record alone.
    ///
    /// The same code undoes a DEL, a failed attach, the work of a dead writer and a vanished container. The VF's
    /// exclusive lock must be held. Every step tolerates that it was done before; after a step that
    /// fails the later ones are still tried, except that no setting is changed while the interface is
    /// still in the container: it would be let into another VLAN. The front end's part comes after the VF: an
    /// address may be assigned again only when the VF can no longer use it.
    ///
    /// - Parameters:
    ///   - within: The container's namespace if the caller has it open already.
    ///   - releaseFrontEnd: Undoes the front end's part; nil if there is nothing to undo. It is done before
    ///     the record goes, so that a death in between loses nothing.
    /// - Returns: What is left to do. The record is dropped if nothing is, else it stays in phase
    ///   detaching or restoring.
    package func bringBack(
        _ attachment: Attachment, within namespace: H.Namespace?,
        releasing releaseFrontEnd: ((Attachment) throws -> Void)?
    ) -> BringBackOutcome {
        var outcome = BringBackOutcome()
        // The undo journal is the record itself, written before the first change. If there is no room
        // for a note, the record's phase leads to the same undo.
        collect(&outcome.store) { try store.note(.detaching, of: attachment) }
        if !functionIsGone(of: attachment) {
            var arrival: Link?
            collect(&outcome.interface) { arrival = try retrieve(attachment, hint: namespace) }
            if outcome.interface.isEmpty {
                outcome.settings = restore(attachment, arrival)
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
    ///
    /// - Throws: What `Context.releaseFrontEnd` throws; the record stays as it is.
    package func releaseByRecord(_ attachment: Attachment) throws {
        if attachment.frontEndData != nil { try context.releaseFrontEnd(attachment) }
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
}
