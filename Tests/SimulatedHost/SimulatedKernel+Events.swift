package import LinuxSystem
internal import Netlink
internal import SRIOV

/// What happens to a machine from outside: administrators, containers, the hardware.
extension SimulatedKernel {
    /// Takes the path of a namespace away; without a holder the kernel dismantles it.
    ///
    /// - Parameter other: Another path, as of a process, by which the namespace lives on; nil for none.
    package mutating func deleteNamespace(_ path: String, heldBy other: String? = nil) {
        guard let number = paths.removeValue(forKey: path) else { return }
        if let other { heldPaths[other] = number }
    }

    /// Takes the path of a namespace away, of which somebody keeps a descriptor open.
    package mutating func deleteNamespaceHeldByDescriptor(_ path: String) {
        guard let number = paths.removeValue(forKey: path) else { return }
        descriptorsElsewhere.insert(number)
    }

    /// Renames the interface of a VF wherever it is.
    package mutating func renameInterface(of function: PCIAddress, to name: KernelText) {
        change(function) { $0.link.name = name }
    }

    /// Changes the interface of a VF wherever it is.
    package mutating func change(
        _ function: PCIAddress, _ body: (inout Interface) -> Void
    ) {
        guard let index = vfs[function]?.linkIndex, var interface = interfaces[index] else {
            return
        }
        body(&interface)
        interfaces[index] = interface
    }

    /// Moves the interface of a VF into another namespace by hand.
    package mutating func moveInterface(of function: PCIAddress, to path: String) {
        guard let number = paths[path] else { return }
        change(function) { $0.namespace = number }
    }

    /// Unbinds the driver of a VF, wherever its interface is, and binds another.
    ///
    /// - Parameters:
    ///   - driver: The driver; nil for none. That of the PF's kind makes an interface in the host.
    ///   - name: The name that the new interface gets.
    package mutating func bind(
        _ function: PCIAddress, to driver: String?, named name: KernelText = "eth0"
    ) {
        guard var vf = vfs[function], let parent = vf.function.physicalFunction,
            let pf = pfs[parent]
        else { return }
        if let index = vf.linkIndex { interfaces[index] = nil }
        vf.linkIndex = nil
        vf.function.driver = driver
        vf.hasBeenUp = false
        if driver == "\(pf.driver.rawValue)vf" {
            let index = addInterface(named: name, of: function, mac: [2, 0xee, 0, 0, 0, 1])
            if vf.hasAdministrativeMAC { interfaces[index]?.link.macAddress = vf.info.macAddress }
            interfaces[index]?.virtualFunction = function
            vf.linkIndex = index
        }
        vfs[function] = vf
    }

    /// Pulls a PF out of the machine, and all its VFs with it.
    package mutating func unplug(_ function: PCIAddress) {
        removeVFs(of: function)
        guard let pf = pfs.removeValue(forKey: function) else { return }
        interfaces[pf.linkIndex] = nil
    }

    /// Removes all VFs of a PF, wherever their interfaces are.
    package mutating func removeVFs(of function: PCIAddress) {
        for (number, interface) in interfaces where interface.link.pciAddress == function {
            if case .representor = interface.link.role { interfaces[number] = nil }
        }
        for address in pfs[function]?.function.virtualFunctions.values ?? [:].values {
            if let index = vfs[address]?.linkIndex { interfaces[index] = nil }
            vfs[address] = nil
            resettable.remove(address)
        }
        pfs[function]?.function.virtualFunctions = [:]
    }

    /// Renames the interface of a PF.
    package mutating func renamePF(_ function: PCIAddress, to name: KernelText) {
        guard let index = pfs[function]?.linkIndex else { return }
        interfaces[index]?.link.name = name
    }

    /// Starts to dismantle the namespaces that nothing leads to any more.
    mutating func dismantle(unlessHeld held: Set<UInt64>) {
        let living = held.union(descriptorsElsewhere).union(paths.values).union(heldPaths.values)
        for (index, interface) in interfaces {
            guard let namespace = interface.namespace, !living.contains(namespace) else { continue }
            interfaces[index]?.namespace = nil
            interfaces[index]?.link.flags &= ~1
        }
        addresses = addresses.filter { living.contains($0.namespace) }
        routes = routes.filter { living.contains($0.namespace) }
    }
}
