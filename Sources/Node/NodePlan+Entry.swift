internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension NodePlan.Entry {
    /// What one PF needs.
    ///
    /// The order is fixed. The PF comes up first: VFs that are made below a PF that is down stay without carrier on
    /// some hardware (igb). Its MTU follows, which limits that of VFs and resets them on some. The mode of the switch
    /// changes while there are no VFs, since some drivers refuse it otherwise (ice). Whether the kernel binds drivers
    /// is said before it sees VFs to bind them to. Then come the VFs, their drivers, and their settings.
    ///
    /// - Parameter areNew: Whether the VFs were just made, so that what their driver does not report is set
    ///   nevertheless; at any other time that is taken to be as it should.
    package init(
        _ wanted: PhysicalFunctionConfiguration, _ state: PhysicalFunctionState,
        areNew: Bool = false
    ) {
        self.init(key: wanted.key, name: state.displayName, address: state.function.address)
        if let user = state.user {
            problems.append("\(user)")
            return
        }
        planInterface(wanted, state)
        if let count = planFunctions(wanted, state) {
            planFutureFunctions(wanted, state, count: count)
        } else {
            for (_, vf) in state.virtualFunctions.sorted(by: { $0.key < $1.key }) {
                plan(vf, wanted, areNew)
            }
        }
        if case .named(let name)? = wanted.driver, state.missingDrivers.contains(name),
            changes.contains(where: { $0.step.isBinding })
        {
            changes.removeAll { $0.step.isBinding }
            problems.append(
                "there is no driver \(name) in the kernel: load its module (modprobe \(name))")
        }
    }

    private mutating func planInterface(
        _ wanted: PhysicalFunctionConfiguration, _ state: PhysicalFunctionState
    ) {
        guard let link = state.link else {
            if wanted.bringsUp || wanted.mtu != nil {
                problems.append("it has no interface in this network namespace")
            }
            return
        }
        if wanted.bringsUp, !link.isUp { changes.append(.init(.bringUp)) }
        if let mtu = wanted.mtu, mtu != link.mtu { changes.append(.init(.setMTU(mtu))) }
    }

    /// - Returns: How many VFs will be made in place of those that there are; nil if these stay.
    private mutating func planFunctions(
        _ wanted: PhysicalFunctionConfiguration, _ state: PhysicalFunctionState
    ) -> Int? {
        let present = state.virtualFunctions.count
        var count = wanted.numberOfVFs ?? present
        if count > state.function.maximumVFs {
            problems.append(
                "\(count) VFs are asked for, and it can have \(state.function.maximumVFs)")
            count = present
        }
        let mode = planMode(wanted, state)
        if let binds = wanted.driver?.letsKernelBind, let now = state.bindsDrivers, binds != now {
            changes.append(.init(.letKernelBindDrivers(binds)))
        }
        guard mode != nil || count != present else { return nil }
        if present > 0 {
            changes.append(.init(.removeVFs(present), disturbing: state.obstacles))
        }
        if let mode { changes.append(.init(.setEswitchMode(mode))) }
        if count > 0, present > 0 || count != present {
            changes.append(
                .init(.createVFs(count), disturbing: present == 0 ? state.obstacles : []))
        }
        return present > 0 || count != present ? count : nil
    }

    /// - Returns: The mode that must be set; nil for none.
    private mutating func planMode(
        _ wanted: PhysicalFunctionConfiguration, _ state: PhysicalFunctionState
    ) -> EswitchMode? {
        guard let mode = wanted.eswitchMode, mode != state.eswitchMode else { return nil }
        guard state.eswitchMode != nil else {
            // A switch without modes works as in legacy mode.
            if mode != .legacy {
                problems.append(
                    "eswitch mode \(mode) is unsupported by \(state.function.driver ?? "no driver")"
                )
            }
            return nil
        }
        guard !wanted.isExternallyManaged || state.virtualFunctions.isEmpty else {
            problems.append(
                "eswitch mode \(mode) needs its VFs removed, and they are externally managed")
            return nil
        }
        return mode
    }

    /// The steps for VFs that are yet to be made, as far as they can be told.
    private mutating func planFutureFunctions(
        _ wanted: PhysicalFunctionConfiguration, _ state: PhysicalFunctionState, count: Int
    ) {
        guard count > 0 else { return }
        var attributes = VFPlan.changes(for: wanted.defaults, from: VFState(index: 0))
        if state.link == nil, !attributes.isEmpty {
            attributes = []
            noteThatSettingsNeedAnInterface()
        }
        // A driver of user space makes no interface.
        var driver: String?
        if case .named(let name)? = wanted.driver { driver = name }
        let mtu = driver.map(UserspaceDriver.isKnown) == true ? nil : wanted.defaults.mtu
        for index in 0..<count {
            if driver != nil, let driver = wanted.driver {
                changes.append(.init(.bind(index: index, driver)))
            }
            for attribute in attributes {
                changes.append(.init(.setVF(index: index, attribute)))
            }
            if let mtu { changes.append(.init(.setVFMTU(index: index, mtu))) }
        }
    }

    private mutating func noteThatSettingsNeedAnInterface() {
        let problem =
            "it has no interface in this network namespace, through which settings of VFs are made"
        if !problems.contains(problem) { problems.append(problem) }
    }

    private mutating func plan(
        _ vf: PhysicalFunctionState.VF, _ wanted: PhysicalFunctionConfiguration, _ areNew: Bool
    ) {
        guard let index = vf.function.index else { return }
        if let driver = wanted.driver, !driver.isSatisfied(by: vf.function.driver) {
            changes.append(
                .init(
                    .bind(index: index, driver), disturbing: [vf.user].compactMap(\.self)))
        }
        // What its user was given is the user's business; its release brings back what it was before.
        guard vf.user == nil else { return }
        if let info = vf.info {
            let defaults = areNew ? wanted.defaults : wanted.defaults.comparable(with: info)
            changes += VFPlan.changes(for: defaults, from: info)
                .map { .init(.setVF(index: index, $0)) }
        } else if wanted.defaults.needsPhysicalFunction {
            noteThatSettingsNeedAnInterface()
        }
        if let mtu = wanted.defaults.mtu, let link = vf.link, link.mtu != mtu {
            changes.append(.init(.setVFMTU(index: index, mtu)))
        }
    }
}

extension VFSettings {
    /// The settings without those of which the driver does not tell how they are.
    fileprivate func comparable(with info: VFState) -> VFSettings {
        var settings = self
        if info.spoofCheck == nil { settings.spoofCheck = nil }
        if info.trust == nil { settings.trust = nil }
        if info.linkState == nil { settings.linkState = nil }
        return settings
    }
}

extension NodeStep {
    fileprivate var isBinding: Bool {
        if case .bind = self { true } else { false }
    }
}
