internal import LinuxSystem
internal import Netlink

/// Configuration: the settings that are made in the host, before an interface is moved.
extension Engine {
    /// Applies the requested settings of a VF in the host, through its PF and on its interface, and
    /// reads them back.
    ///
    /// - Returns: The record with the effective request, and the PF's view.
    func applySettings(
        _ candidate: AttachCandidate, as recorded: Attachment
    ) throws -> (Attachment, VFState?) {
        var attachment = recorded
        if let parent = candidate.parent, let index = attachment.index {
            try set(candidate.changes, index: index, of: parent, &attachment.settings)
        }
        let settings = attachment.settings
        if let address = settings.macAddress {
            try assign(
                address, to: candidate.link, index: attachment.index, of: candidate.parent,
                in: home)
        }
        let info = try readBack(candidate, settings)
        if let present = candidate.link {
            for name in present.alternativeNames {
                try host.removeAlternativeName(name, from: present, in: home)
            }
        }
        return (attachment, info)
    }

    /// Applies the requested settings of a VF through its PF.
    private func set(
        _ changes: [VFAttribute], index: Int, of parent: PhysicalFunctionInfo,
        _ settings: inout VFSettings
    ) throws {
        var changes = changes
        var last: VFAttribute?
        if settings.toleratesUnsupportedLinkState == true, case .linkState? = changes.last {
            // Sent separately: the kernel logs messages that fail half-way.
            last = changes.removeLast()
        }
        try setTogether(changes, index: index, of: parent) {
            try set($0, index: index, of: parent, &settings)
            return true
        }
        if let last { try set(last, index: index, of: parent, &settings) }
    }

    /// Sets one attribute; a link state that the driver does not know may be left out if that was asked for, and
    /// then counts as never asked for: nothing is compared or restored.
    private func set(
        _ change: VFAttribute, index: Int, of parent: PhysicalFunctionInfo,
        _ settings: inout VFSettings
    ) throws {
        do {
            try setVF(change, index: index, of: parent)
        } catch let error as NetlinkError
            where error.errno == .notSupported && settings.toleratesUnsupportedLinkState == true
        {
            guard case .linkState = change else { throw error }
            warn("\(error), proceeding anyway")
            settings.linkState = nil
        }
    }

    /// Reads the settings back: a PF that is down ignores settings without an error.
    private func readBack(_ candidate: AttachCandidate, _ settings: VFSettings) throws -> VFState? {
        guard let before = candidate.infoBefore, let asked = candidate.parent else { return nil }
        guard !candidate.changes.isEmpty || settings.macAddress != nil else { return before }
        guard
            let parent = try host.vfInfos(
                ofPF: asked.address, expectedName: asked.link.name, only: before.index),
            let info = try vfInfo(of: candidate.function, in: parent)
        else { return nil }
        let differences = VFPlan.differences(of: info, from: settings)
        guard differences.isEmpty else {
            throw ManagerError(
                .unsupported,
                "VF \(info.index) of \(parent.link.name) did not take its settings: "
                    + differences.map(\.description).joined(separator: ", "))
        }
        return info
    }

    // MARK: When it fails

    /// - Returns: The error to report: the first one, with what is left to do if anything is.
    func afterUndo(
        _ attachment: Attachment, _ outcome: BringBackOutcome, _ error: any Error
    ) -> any Error {
        if outcome.isComplete { return error }
        return ManagerError(
            ManagerError.code(of: error),
            "VF \(attachment.function) could not be brought back wholly after a failure, its "
                + "record stays for recovery",
            causes: [error] + outcome.failures)
    }

    /// Adds to a failure what it was about, and that the PF is down or has no carrier if so: drivers
    /// refuse or ignore settings then.
    func explaining<Value>(
        _ candidate: AttachCandidate, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch {
            var causes: [any Error] = [error]
            if let link = candidate.parent?.link, !link.hasCarrier {
                let state = link.isUp ? "has no carrier" : "is down"
                causes.append(ManagerError(.unsupported, "\(link.name) \(state)"))
            }
            throw ManagerError(
                ManagerError.code(of: error), "VF \(candidate.function.address)", causes: causes)
        }
    }
}
