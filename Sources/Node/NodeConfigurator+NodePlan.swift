internal import LinuxSystem
internal import Netlink
package import SRIOV

/// How this host differs from what a configuration asks of it.
extension NodeConfigurator {
    /// What `apply` would do: the drift, empty if everything is as asked for.
    ///
    /// Nothing is changed or waited for.
    ///
    /// - Throws: `ManagerError` with the code of the cause if the machine or the state file cannot be read.
    package func nodePlan(for configuration: NodeConfiguration) throws(ManagerError) -> NodePlan {
        do {
            return NodePlan(configuration, try states(for: configuration))
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "look at the physical functions")
        }
    }

    /// The PFs that a configuration names; those that it does not name cost nothing but being listed.
    func states(for configuration: NodeConfiguration) throws -> [PhysicalFunctionState] {
        try host.physicalFunctions().compactMap { function in
            let info = try host.vfInfos(ofPF: function.address)
            let state = PhysicalFunctionState(function: function, link: info?.link)
            guard let wanted = configuration.element(for: state) else { return nil }
            return try self.state(of: function, info, for: wanted)
        }
    }

    /// A PF as it is, with everything that a plan for it must know.
    func state(
        of function: PhysicalFunction, _ info: PhysicalFunctionInfo?,
        for wanted: PhysicalFunctionConfiguration
    ) throws -> PhysicalFunctionState {
        var state = PhysicalFunctionState(function: function, link: info?.link)
        if wanted.eswitchMode != nil {
            state.eswitchMode = try host.eswitchMode(of: function.address)
        }
        if wanted.driver != nil {
            state.bindsDrivers = try host.bindsDrivers(to: function.address)
        }
        if case .named(let name)? = wanted.driver, !host.driverExists(name) {
            state.missingDrivers = [name]
        }
        state.user = try store.attachment(of: function.address).map {
            Obstacle(.physicalFunction(function.address), .recorded($0.phase, $0.owner))
        }
        let attachments = try store.attachments(ofPhysicalFunction: function.address)
        let snapshot = try engine.reader(of: attachments, functions: .all).snapshot(of: function)
        for vf in snapshot.virtualFunctions {
            guard let index = vf.function.index else { continue }
            state.virtualFunctions[index] = PhysicalFunctionState.VF(
                function: vf.function, info: vf.info,
                link: vf.namespacePath == nil ? vf.link : nil, user: vf.obstacle)
        }
        let count = wanted.numberOfVFs ?? function.virtualFunctions.count
        let mode = wanted.eswitchMode ?? state.eswitchMode
        if count != function.virtualFunctions.count || mode != state.eswitchMode {
            state.obstacles = snapshot.obstacles
        }
        return state
    }
}
