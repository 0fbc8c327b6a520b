internal import LinuxSystem
internal import Netlink

extension Inspector {
    /// Whether everything is present that every attach needs: locks and the state file.
    ///
    /// - Throws: `ManagerError` with the reason why not.
    package func verifyReady() throws(ManagerError) {
        do {
            try locks.verifyUsable()
            _ = try store.attachments()
            try store.verifyWritable()
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "cannot record attachments")
        }
    }

    /// Whether a selection has a VF to give, with nothing changed.
    ///
    /// A VF whose container is gone counts as free: a claim brings it back first.
    ///
    /// - Parameter countsFree: Whether a free VF is required. A VF that is named by
    ///   its address is never checked for that: the caller may be its owner.
    /// - Throws: `ManagerError` `invalidRequest` for an address that is no VF's and a pool that is none.
    package func availability(
        of selection: VFSelection, countsFree: Bool
    ) throws(ManagerError) -> VFAvailability {
        let candidates: VFCandidates
        do {
            if case .address(let address) = selection {
                _ = try engine.virtualFunction(at: address)
                return .available
            }
            candidates = try engine.candidates(of: selection)
        } catch  where error.code == .notFound {
            return .disconnected("\(error)")
        }
        do {
            let links = try candidates.physicalFunctions.compactMap {
                try host.vfInfos(ofPF: $0.address)?.link
            }
            if !links.isEmpty, links.allSatisfy({ !$0.isUp }) {
                let names = links.map(\.name.description).joined(separator: ", ")
                return .disconnected("\(names) \(links.count == 1 ? "is" : "are") down")
            }
            guard countsFree else { return .available }
            for address in candidates.addresses {
                guard let function = try host.virtualFunction(at: address, detail: .work) else {
                    continue
                }
                if try engine.isClaimable(
                    function, try engine.attachment(on: function), in: candidates)
                {
                    return .available
                }
            }
            return .exhausted("\(candidates.noneFree)")
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "look for a free VF")
        }
    }
}

extension LockDirectory {
    /// Whether the rights to take locks are present; nothing is created.
    ///
    /// - Throws: `ManagerError` `notPermitted` without the rights to the directory.
    package func verifyUsable() throws(ManagerError) {
        do {
            try verifyWritableDirectory(path)
        } catch {
            throw .wrapping(error, "directory of locks")
        }
    }
}
