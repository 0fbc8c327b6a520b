internal import LinuxSystem
internal import Netlink

extension Manager {
    /// Sets attributes of a VF in their order: with one message, and one by one where that is refused, so that what is
    /// refused has its name. See `docs/decisions/0008-settings-in-one-message.md`.
    ///
    /// - Parameter set: Sets one.
    /// - Throws: What `set` throws.
    /// - Returns: The refusal of the one message, if it was refused and nothing was thrown since; nil for none.
    func setTogether(
        _ changes: [VFAttribute], index: Int, of parent: PhysicalFunctionInfo,
        oneByOne set: (VFAttribute) throws -> Void
    ) throws -> (any Error)? {
        if changes.count < 2 {
            for change in changes { try set(change) }
            return nil
        }
        do {
            try host.setVF(changes, index: index, of: parent)
            return nil
        } catch {
            try setAgain(changes, index, of: parent, set)
            return error
        }
    }

    /// Apart, where no usual call pays for its types.
    @inline(never)
    private func setAgain(
        _ changes: [VFAttribute], _ index: Int, of parent: PhysicalFunctionInfo,
        _ set: (VFAttribute) throws -> Void
    ) throws {
        // Without an answer everything is set once more.
        let answer = try? host.vfInfos(
            ofPF: parent.address, expectedName: parent.link.name, only: index)
        let present = answer?.vf(index)
        for change in changes {
            if case .vlan(let tag) = change, let present, VFPlan.hasVLAN(tag, present) { continue }
            try set(change)
        }
    }
}
