internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Sets attributes of a VF in their order: with one message, and one by one where that is refused, so that what is
    /// refused has its name. See `docs/decisions/0008-settings-in-one-message.md`.
    ///
    /// A refusal that nothing has one by one is told as a warning.
    ///
    /// - Parameter set: Sets one; returns whether it took.
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

    /// Apart, where no usual call pays for its types.
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
