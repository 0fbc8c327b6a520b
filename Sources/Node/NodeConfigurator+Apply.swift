package import LinuxSystem
internal import Netlink
package import SRIOV

extension NodeConfigurator {
    /// Makes the PFs and VFs as a configuration asks.
    ///
    /// Each PF is planned, its lock taken, planned again under the lock and worked on step by step; after VFs were made
    /// or bound, the rest is planned anew from what there is then. A step that fails does not keep other PFs, nor
    /// steps that do not need it, from being tried; nothing is undone, because a later apply goes on from there.
    ///
    /// - Parameters:
    ///   - force: Does also what disturbs VFs in use: those with a record are brought back first, as far as possible.
    ///   - excluded: PFs that are left alone; the report has nothing of them.
    /// - Throws: `ManagerError` if the machine or the state file cannot be read; failures of steps are in the report.
    package func apply(
        _ configuration: NodeConfiguration, force: Bool, except excluded: Set<PCIAddress> = []
    ) throws(ManagerError) -> ApplyReport {
        var report = ApplyReport()
        for planned in try nodePlan(for: configuration).entries {
            if let address = planned.address, excluded.contains(address) { continue }
            var entry = ApplyReport.Entry(
                key: planned.key, name: planned.name, address: planned.address,
                problems: planned.problems, selectsNothing: planned.selectsNothing)
            if let address = planned.address, !planned.changes.isEmpty {
                do {
                    let lock = try engine.lockWhole(address)
                    try withExtendedLifetime(lock) {
                        try work(on: address, configuration, force, &entry)
                    }
                } catch {
                    entry.problems.append("\(error)")
                }
            }
            report.entries.append(entry)
        }
        return report
    }

    /// Waits until every PF that a configuration names by name or address has its interface, and at least one of
    /// those that it selects.
    ///
    /// - Returns: Whether they are all there.
    /// - Throws: `ManagerError` with the code of the cause if the machine cannot be read.
    package func awaitPhysicalFunctions(
        of configuration: NodeConfiguration, until deadline: Deadline
    ) throws(ManagerError) -> Bool {
        do {
            return try host.wait(until: deadline) {
                let states = try host.physicalFunctions().map { function in
                    PhysicalFunctionState(
                        function: function, link: try host.vfInfos(ofPF: function.address)?.link)
                }
                return configuration.physicalFunctions.allSatisfy { wanted in
                    states.contains { $0.link != nil && wanted.matches($0) }
                }
            }
        } catch {
            throw .wrapping(error, "wait for the physical functions")
        }
    }

    /// The PF's part of `apply`, with its exclusive lock held.
    private func work(
        on address: PCIAddress, _ configuration: NodeConfiguration, _ force: Bool,
        _ entry: inout ApplyReport.Entry
    ) throws {
        var areNew = false
        var tried: Set<NodeStep> = []
        while true {
            guard let plan = try plan(of: address, configuration, areNew) else {
                throw ManagerError(.notFound, "\(address) has gone meanwhile")
            }
            entry.problems = plan.problems
            let untried = plan.changes.filter { !tried.contains($0.step) }
            if untried.isEmpty {
                // What was done and is to be done yet has been swallowed.
                let rest = try self.plan(of: address, configuration, false)?.changes ?? []
                for change in rest { entry.markAsIneffective(change.step) }
                return
            }
            for (position, change) in untried.enumerated() {
                tried.insert(change.step)
                let result = perform(change, on: address, force)
                entry.steps.append(.init(step: change.step, result: result))
                guard case .done = result else {
                    guard change.step.isFoundation else { continue }
                    entry.steps += untried[(position + 1)...].map {
                        .init(step: $0.step, result: .skipped)
                    }
                    return
                }
                if case .createVFs = change.step {
                    areNew = true
                    break
                }
            }
        }
    }

    private func plan(
        of address: PCIAddress, _ configuration: NodeConfiguration, _ areNew: Bool
    ) throws -> NodePlan.Entry? {
        guard let function = try host.physicalFunction(at: address) else { return nil }
        let info = try host.vfInfos(ofPF: address)
        let found = PhysicalFunctionState(function: function, link: info?.link)
        guard let wanted = configuration.element(for: found) else { return nil }
        return NodePlan.Entry(wanted, try state(of: function, info, for: wanted), areNew: areNew)
    }

    private func perform(
        _ change: NodePlan.Change, on address: PCIAddress, _ force: Bool
    ) -> ApplyReport.Result {
        guard change.disturbs.isEmpty || force else { return .refused(change.disturbs) }
        do {
            try perform(change.step, on: address)
            return .done(disturbed: change.disturbs)
        } catch {
            return .failed("\(error)")
        }
    }

    private func perform(_ step: NodeStep, on address: PCIAddress) throws {
        guard let function = try host.physicalFunction(at: address) else {
            throw ManagerError(.notFound, "\(address) has gone meanwhile")
        }
        func link(of address: PCIAddress) throws -> Link {
            let link = try host.link(of: address, expectedName: nil, in: home)
            guard let link else {
                throw ManagerError(.notFound, "\(address) has no interface here")
            }
            return link
        }
        func virtualFunction(_ index: Int) throws -> PCIAddress {
            guard let address = function.virtualFunctions[index] else {
                throw ManagerError(.notFound, "\(function.displayName) has no VF \(index)")
            }
            return address
        }
        switch step {
        case .bringUp:
            let interface = try link(of: address)
            try engine.setLink(interface, LinkSettings(isUp: true), in: home)
            // Without a cable it never comes, which is no error.
            _ = try host.waitForCarrier(
                of: interface, in: home, until: Deadline(after: timeouts.carrier))
        case .setMTU(let mtu):
            try engine.setLink(try link(of: address), LinkSettings(mtu: mtu), in: home)
        case .setEswitchMode(let mode):
            try host.setEswitchMode(mode, of: address)
        case .letKernelBindDrivers(let binds):
            try host.setBindsDrivers(binds, to: address)
        case .removeVFs:
            // What forbids it has been looked at under the lock.
            _ = try resizeLocked(function, to: 0, force: true)
        case .createVFs(let count):
            _ = try resizeLocked(function, to: count, force: true)
        case .bind(let index, let driver):
            try rebind(try virtualFunction(index), to: driver)
        case .setVF(let index, let attribute):
            guard let info = try host.vfInfos(ofPF: address) else {
                throw ManagerError(.notFound, "\(function.displayName) has no interface here")
            }
            try engine.setVF(attribute, index: index, of: info)
        case .setVFMTU(let index, let mtu):
            let vf = try virtualFunction(index)
            try engine.setLink(try link(of: vf), LinkSettings(mtu: mtu), in: home)
        }
    }

    /// Binds a VF to another driver; one with a record is brought back first, as far as possible.
    private func rebind(_ address: PCIAddress, to driver: VFDriver) throws {
        if let attachment = try store.attachment(of: address) {
            let outcome = engine.bringBack(
                attachment, within: nil, releasing: engine.releaseByRecord)
            for failure in outcome.failures { warn("\(failure), proceeding anyway") }
        }
        try bindLocked(try engine.virtualFunction(at: address), to: driver)
    }
}

extension ApplyReport.Entry {
    /// Turns a step that was done into a failure: what it should have changed is as before.
    fileprivate mutating func markAsIneffective(_ step: NodeStep) {
        guard let position = steps.lastIndex(where: { $0.step == step }),
            case .done = steps[position].result
        else { return }
        steps[position].result = .failed("the kernel accepted it, and nothing changed")
    }
}
