import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization

extension EngineFixture {
    /// What does not fit together: the machine, the records and the leases.
    ///
    /// A VF with a finished record is wholly its owner's, one without a record is as it was, and nobody else
    /// has an address.
    ///
    /// - Parameters:
    ///   - before: The machine when no VF was given to anybody.
    ///   - isAllFinished: Whether records of unfinished work count as well.
    func contradictions(since before: SimulatedKernel, isAllFinished: Bool) throws -> [String] {
        var found: [String] = []
        let records = try store().attachments()
        let now = host.kernel.pristinePart
        let before = before.pristinePart
        for (address, vf) in host.kernel.vfs {
            guard let record = records.first(where: { $0.function == address }) else {
                if now.state(of: address) != before.state(of: address), before.vfs[address] != nil {
                    found.append(
                        "\(address) has no record and is \(now.described(address)), "
                            + "was \(before.described(address))")
                }
                continue
            }
            guard record.phase == .attached else {
                if isAllFinished { found.append("\(address) is left \(record.phase)") }
                continue
            }
            let interface = vf.linkIndex.flatMap { host.kernel.interfaces[$0] }
            let number = host.kernel.paths[record.namespace?.path ?? ""]
            if number != nil, interface?.namespace != number || interface?.link.name != "net1" {
                found.append("\(address) of \(record.owner) is \(now.described(address))")
            }
            found += VFPlan.differences(of: vf.info, from: record.settings).map {
                "\(address) of \(record.owner): \($0)"
            }
        }
        let owners = Set(records.filter { isAllFinished || $0.phase == .attached }.map(\.owner))
        let leases = leases.withLock { $0 }
        let unfinished = Set(records.map(\.owner)).subtracting(owners)
        if leases.subtracting(unfinished) != owners {
            found.append(
                "addresses belong to \(leases.map(\.container).sorted()), "
                    + "VFs to \(owners.map(\.container).sorted())")
        }
        return found
    }
}

extension SimulatedKernel {
    /// What must be as before about one VF; the index of its interface may change.
    fileprivate func state(of address: PCIAddress) -> [AnyHashable?] {
        guard let vf = vfs[address] else { return [] }
        var interface = vf.linkIndex.flatMap { interfaces[$0] }
        interface?.link.index = 0
        return [AnyHashable(vf.function), AnyHashable(vf.info), interface.map { AnyHashable($0) }]
    }

    fileprivate func described(_ address: PCIAddress) -> String {
        guard let vf = vfs[address] else { return "gone" }
        let interface = vf.linkIndex.flatMap { interfaces[$0] }
        return "\(vf.info) with \(interface.map { "\($0)" } ?? "no interface")"
    }
}
