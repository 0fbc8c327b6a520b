internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Sets attributes of a VF in their order: with one message, and one by one where that is refused, so that the
    /// error names the refused attribute. See `docs/decisions/0008-settings-in-one-message.md`.
    ///
    /// If the message is refused but no single attribute is, the refusal is a warning.
    ///
    /// - Parameter set: Sets one; returns whether it was set.
    /// - Throws: What `set` throws.
    func setTogether(
        _ changes: [VFAttribute], index: Int, of parent: PhysicalFunctionInfo,
        oneByOne set: (VFAttribute) throws -> Bool
    ) throws {
        if changes.count < 2 {
            for change in changes { _ = try set(change) }
            return
        }
        do {
            try setVF(changes, index: index, of: parent)
        } catch {
            let tookAll = try setAgain(changes, index, of: parent, set)
            if tookAll { warn("\(error), but it took one by one") }
        }
    }

    /// Out of line: keeps the success path free of this metadata.
    ///
    /// - Returns: Whether nothing was refused.
    @inline(never)
    private func setAgain(
        _ changes: [VFAttribute], _ index: Int, of parent: PhysicalFunctionInfo,
        _ set: (VFAttribute) throws -> Bool
    ) throws -> Bool {
        // Without an answer everything is set once more.
        let answer = try? host.vfInfos(
            ofPF: parent.address, expectedName: parent.link.name, only: index)
        let present = answer?.vf(index)
        var tookAll = true
        for change in changes {
            if case .vlan(let tag) = change, let present, VFPlan.hasVLAN(tag, present) { continue }
            if try !set(change) { tookAll = false }
        }
        return tookAll
    }
}
