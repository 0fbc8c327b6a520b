package import LinuxSystem
package import Netlink

/// A PF's interface and what its driver reports of its VFs, in one answer of the kernel.
package struct PhysicalFunctionInfo: Hashable, Sendable {
    /// The PCI address of the PF.
    package var address: PCIAddress
    /// The PF's interface in the host.
    package var link: Link
    /// In the driver's order; only those that were asked for.
    package var vfs: [VFState]

    package init(address: PCIAddress, link: Link, vfs: [VFState]) {
        self.address = address
        self.link = link
        self.vfs = vfs
    }

    /// The VF with an index; drivers may list them in any order, with gaps.
    package func vf(_ index: Int) -> VFState? {
        vfs.first { $0.index == index }
    }
}
