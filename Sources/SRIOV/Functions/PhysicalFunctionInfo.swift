package import LinuxSystem
package import Netlink

/// A PF's interface and what its driver reports of its VFs, in one answer of the kernel.
package struct PhysicalFunctionInfo: Hashable, Sendable {
    package var address: PCIAddress
    package var link: Link
    package var vfs: [VFInfo]

    package init(address: PCIAddress, link: Link, vfs: [VFInfo]) {
        self.address = address
        self.link = link
        self.vfs = vfs
    }

    /// The VF with an index; drivers may list them in any order, with gaps.
    package func vf(_ index: Int) -> VFInfo? {
        vfs.first { $0.index == index }
    }
}
