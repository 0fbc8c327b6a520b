package import LinuxSystem
internal import Netlink
internal import SRIOV

extension SimulatedKernel {
    /// Adds a VF as a virtual machine sees the one that it was given: without its PF.
    package mutating func addVFWithoutPF(
        at address: PCIAddress, named name: KernelText, mac: [UInt8]
    ) {
        let index = addInterface(named: name, of: address, mac: mac)
        interfaces[index]?.virtualFunction = address
        vfs[address] = VF(
            function: VirtualFunction(
                address: address, driver: "iavf", vendor: 0x8086, device: 0x1889),
            info: VFState(index: 0), linkIndex: index, instance: newInstance())
    }
}
