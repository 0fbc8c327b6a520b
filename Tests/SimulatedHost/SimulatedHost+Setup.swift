package import LinuxSystem
internal import Netlink
internal import SRIOV

extension SimulatedHost {
    /// A host with one PF, `pf0` at 0000:01:00.0, that is up and has VFs at 0000:01:10.0, 10.2, … with
    /// interfaces `pf0v0`, `pf0v1`, ….
    package static func withVFs(
        _ count: Int, driver: SimulatedDriver = .igb, isPFUp: Bool = true
    ) -> SimulatedHost {
        let host = SimulatedHost()
        host.withKernel { kernel in
            kernel.addPF(bus: 1, name: "pf0", vfs: count, driver: driver, isUp: isPFUp)
        }
        return host
    }

    /// Makes a network namespace behind a path.
    package func makeNamespace(_ path: String) {
        withKernel { kernel in
            kernel.paths[path] = kernel.nextNamespace
            kernel.nextNamespace += 1
        }
    }

    /// Takes the path of a namespace away; without a holder the kernel dismantles it.
    ///
    /// - Parameter heldBy: Another path, as of a process, by which the namespace lives on; nil for none.
    package func deleteNamespace(_ path: String, heldBy other: String? = nil) {
        withKernel { $0.deleteNamespace(path, heldBy: other) }
    }

    /// The address of a VF of the PF that `withVFs` makes.
    package static func vfAddress(_ index: Int, bus: UInt8 = 1) -> PCIAddress {
        let device = UInt8(0x10 + index * 2 / 8)
        guard
            let address = PCIAddress(
                domain: 0, bus: bus, device: device, function: UInt8(index * 2 % 8))
        else { preconditionFailure("no such address") }
        return address
    }

    package static func pfAddress(bus: UInt8 = 1) -> PCIAddress {
        guard let address = PCIAddress(domain: 0, bus: bus, device: 0, function: 0) else {
            preconditionFailure("no such address")
        }
        return address
    }
}

extension SimulatedKernel {
    /// Adds a PF at `0000:<bus>:00.0` with its VFs.
    package mutating func addPF(
        bus: UInt8, name: KernelText, vfs count: Int, driver: SimulatedDriver, isUp: Bool
    ) {
        let address = SimulatedHost.pfAddress(bus: bus)
        let index = addInterface(named: name, of: address, mac: [0x52, 0x54, bus, 0, 0, 1])
        interfaces[index]?.link.flags = isUp ? 1 : 0
        interfaces[index]?.link.hasCarrier = isUp
        pfs[address] = PF(
            function: PhysicalFunction(
                address: address, interfaceName: name, driver: driver.rawValue, vendor: 0x8086,
                device: 0x10c9, maximumVFs: 7),
            linkIndex: index, driver: driver, instance: newInstance())
        addVFs(count, to: address)
    }

    /// Adds VFs with interfaces `<pf>v<index>` to a PF that has none.
    package mutating func addVFs(_ count: Int, to parent: PCIAddress) {
        guard var pf = pfs[parent], let name = interfaces[pf.linkIndex]?.link.name else { return }
        for index in 0..<count {
            let address = SimulatedHost.vfAddress(index, bus: parent.bus)
            let linkIndex = addInterface(
                named: KernelText("\(name)v\(index)"), of: address,
                mac: [2, 0, parent.bus, 0, 0, UInt8(index)])
            interfaces[linkIndex]?.virtualFunction = address
            resettable.insert(address)
            vfs[address] = VF(
                function: VirtualFunction(
                    address: address, physicalFunction: parent, index: index,
                    driver: "\(pf.driver.rawValue)vf", vendor: 0x8086, device: 0x10ca),
                info: VFState(
                    index: index, spoofCheck: true, trust: false, linkState: .automatic),
                linkIndex: linkIndex, instance: newInstance())
            pf.function.virtualFunctions[index] = address
        }
        pfs[parent] = pf
        if pf.eswitchMode == .switchdev {
            for index in 0..<count {
                addRepresentor(ofVF: index, of: parent, named: "\(name)_\(index)")
            }
        }
        guard !pf.bindsDrivers else { return }
        for address in pf.function.virtualFunctions.values { bind(address, to: nil) }
    }

    /// Adds an interface to the host, as of a device that has nothing to do with VFs where `address` is nil.
    ///
    /// - Returns: Its number, which is its index at first.
    @discardableResult
    package mutating func addInterface(
        named name: KernelText, of address: PCIAddress? = nil, mac: [UInt8],
        in namespace: UInt64 = 0
    ) -> Int32 {
        var link = Link(index: nextIndex, name: name)
        link.macAddress = MACAddress(bytes: mac[...])
        if let address {
            link.parentBus = "pci"
            link.parentDevice = address.description
        }
        interfaces[nextIndex] = Interface(link: link, namespace: namespace)
        nextIndex += 1
        return nextIndex - 1
    }

    /// Adds the interface that stands for a VF on its PF's switch: beside the PF's own, of the same PCI function.
    package mutating func addRepresentor(ofVF index: Int, of parent: PCIAddress, named name: String)
    {
        let number = addInterface(
            named: KernelText(name), of: parent, mac: [2, 1, parent.bus, 0, 0, UInt8(index)])
        interfaces[number]?.link.physicalPortName = "pf0vf\(index)"
    }
}
